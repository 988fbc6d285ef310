using Herald.Engine.Sources;
using Herald.Hosting;
using Herald.Kafka;
using Herald.Kafka.Channels;
using Herald.Kafka.Clusters;
using Herald.Kafka.Sources;

namespace Herald.Server.Brokers;

/// <summary>
/// Opens Kafka as the settings describe it: a channel over all clusters, and a source per route. Without clusters it opens nothing.
/// </summary>
internal static class KafkaOpening
{
    public static async ValueTask<(KafkaChannel? Channel, IReadOnlyList<IServerPart> Sources)> OpenAsync(ServerOptions options, ServerServices services, CancellationToken cancel)
    {
        if (options.Kafka.Clusters.Count == 0)
            return (null, []);
        try
        {
            var clusters = new KafkaClusters(options.Kafka);
            var channel = new KafkaChannel(clusters.All, services.Time, services.Logging);
            await channel.StartAsync(cancel);
            return (channel, [.. options.Kafka.Sources.Select(Source)]);

            IServerPart Source(SourceRoute route)
            {
                var source = new KafkaSource(
                    clusters.Find(route.Cluster)!, KafkaSourceOptions.Of(options.Kafka, route), services.ReaderOf(route.To) ?? new PlainReader(), services.Time, services.Logging);
                return new SourcePart<KafkaSetupException>(source, source.StartAsync);
            }
        }
        catch (KafkaSetupException failure)
        {
            throw new ServerStartException(failure.Message, failure);
        }
    }
}
