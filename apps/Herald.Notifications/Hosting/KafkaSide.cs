using Herald.Engine.Sources;
using Herald.Hosting;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Kafka;
using Herald.Kafka.Clusters;
using Herald.Kafka.Producers;
using Herald.Kafka.Sources;
using Herald.Notifications.Doors;
using Herald.Notifications.Posts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Hosting;

/// <summary>The topic of received posts: the door writes to it, and each node reads from it.</summary>
internal sealed class KafkaSide(NotificationsOptions options, KafkaOptions kafka, KafkaCluster cluster, TimeProvider time, ILoggerFactory logging)
{
    /// <summary>Adds the part that reads, if the settings choose the front of Kafka.</summary>
    public static void AddTo(IServiceCollection services, BoundOptions bound)
    {
        var options = bound.Get<NotificationsOptions>();
        if (options.Front != NotificationsFront.Kafka)
            return;
        var kafka = bound.Get<KafkaOptions>();
        if (Broken(options, kafka) is { } problem)
            throw new ServerStartException(problem);
        services.AddSingleton(provider => new KafkaSide(
            options, kafka, provider.GetRequiredService<KafkaClusters>().Find(options.KafkaCluster)!,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IServerPart>(provider => provider.GetRequiredService<KafkaSide>().CreateSource(
            new NotificationReader(provider.GetRequiredService<PostRules>(), provider.GetRequiredService<TimeProvider>())));
    }

    public KafkaFront CreateFront() =>
        new(new BatchSender(cluster, options.KafkaReceived, options.FrontTimeout, time, logging), options.FrontTimeout, time,
        logging.CreateLogger<KafkaFront>());

    private KafkaSource CreateSource(IMessageReader reader)
    {
        var route = new KafkaRoute { Cluster = cluster.Name, Topic = [options.KafkaReceived], To = NotificationEvents.Topic };
        return new(cluster, kafka, route, reader, time, logging);
    }

    private static string? Broken(NotificationsOptions options, KafkaOptions kafka)
    {
        var name = options.KafkaCluster;
        if (!kafka.Clusters.ContainsKey(name))
        {
            return $"notifications.kafkaCluster = '{name}': There is no such cluster, and notifications.front=kafka needs one. Set "
                + $"kafka.clusters.{name}.servers, for example to 127.0.0.1:9092.";
        }
        // Two sources of one group would share the messages between them.
        return kafka.Sources.Any(route => route.Cluster == name && route.Topic.Contains(options.KafkaReceived))
            ? $"notifications.front = 'kafka': It reads the topic {options.KafkaReceived} already. Remove that topic from kafka.sources."
            : null;
    }
}
