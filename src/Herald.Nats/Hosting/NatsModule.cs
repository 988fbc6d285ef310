using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Nats.Channels;
using Herald.Nats.Clusters;
using Herald.Nats.Sources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Hosting;

/// <summary>NATS as a module: a channel over all clusters, and a source for each route. Without clusters it adds nothing.</summary>
public sealed class NatsModule : IModule
{
    public string Name => "nats";

    public IReadOnlyList<SettingSection> Sections =>
        [new SettingSection<NatsOptions>("nats", "NATS", () => new()) { Rules = NatsRules.Broken, Replaced = FormerSettings.All }];

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var nats = options.Get<NatsOptions>();
        if (nats.Clusters.Count == 0)
            return;
        services.AddSingleton(_ => new NatsClusters(nats));
        services.AddSingleton<IChannel>(provider => new NatsChannel(
            provider.GetRequiredService<NatsClusters>().All,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        foreach (var route in nats.Sources)
        {
            services.AddSingleton<IServerPart>(provider => new NatsSource(
                provider.GetRequiredService<NatsClusters>().Find(route.Cluster)!,
                nats, route,
                TopicReader.Of(provider.GetServices<TopicReader>(), route.To),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILoggerFactory>()));
        }
    }
}
