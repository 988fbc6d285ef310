using System.Reflection;
using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Kafka.Channels;
using Herald.Kafka.Clusters;
using Herald.Kafka.Sources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Hosting;

/// <summary>Kafka as a module: a channel over all clusters, and a source for each route. Without clusters it adds nothing.</summary>
public sealed class KafkaModule : IModule
{
    static KafkaModule()
    {
        if (Assembly.GetEntryAssembly() is { } program)
            BuiltInLibrary.Register(program);
    }

    public string Name => "kafka";

    public IReadOnlyList<SettingSection> Sections =>
        [new SettingSection<KafkaOptions>("kafka", "Kafka", () => new()) { Rules = KafkaRules.Broken, Replaced = FormerSettings.All }];

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var kafka = options.Get<KafkaOptions>();
        if (kafka.Clusters.Count == 0)
            return;
        services.AddSingleton(_ => new KafkaClusters(kafka));
        services.AddSingleton<IChannel>(provider => new KafkaChannel(
            provider.GetRequiredService<KafkaClusters>().All,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        foreach (var route in kafka.Sources)
        {
            services.AddSingleton<IServerPart>(provider => new KafkaSource(
                provider.GetRequiredService<KafkaClusters>().Find(route.Cluster)!,
                kafka, route,
                TopicReader.Of(provider.GetServices<TopicReader>(), route.To),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILoggerFactory>()));
        }
    }
}
