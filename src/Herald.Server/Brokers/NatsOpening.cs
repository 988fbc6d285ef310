using Herald.Engine.Sources;
using Herald.Hosting;
using Herald.Nats;
using Herald.Nats.Channels;
using Herald.Nats.Clusters;
using Herald.Nats.Sources;

namespace Herald.Server.Brokers;

/// <summary>
/// Opens NATS as the settings describe it: a channel over all clusters, and a source per route. Without clusters it opens nothing.
/// </summary>
internal static class NatsOpening
{
    public static async ValueTask<(NatsChannel? Channel, IReadOnlyList<IServerPart> Sources)> OpenAsync(ServerOptions options, ServerServices services, CancellationToken cancel)
    {
        if (options.Nats.Clusters.Count == 0)
            return (null, []);
        try
        {
            var clusters = new NatsClusters(options.Nats);
            var channel = new NatsChannel(clusters.All, services.Time, services.Logging);
            await channel.StartAsync(cancel);
            return (channel, [.. options.Nats.Sources.Select(Source)]);

            IServerPart Source(SourceRoute route)
            {
                var source = new NatsSource(
                    clusters.Find(route.Cluster)!, NatsSourceOptions.Of(options.Nats, route), services.ReaderOf(route.To) ?? new PlainReader(), services.Time, services.Logging);
                return new SourcePart<NatsSetupException>(source, source.StartAsync);
            }
        }
        catch (NatsSetupException failure)
        {
            throw new ServerStartException(failure.Message, failure);
        }
    }
}
