using Herald.Contracts.Sources;
using Herald.Engine.Sources;
using Herald.Nats.Clusters;
using Herald.Nats.Sources;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Nats.Tests.Sources;

/// <summary>Reads subjects of NATS into a node.</summary>
internal static class NatsReading
{
    public static NatsCluster Cluster(params IEnumerable<NatsServer> servers) => new("main", TestConnection.Options(string.Join(',', servers.Select(s => s.Url))));

    /// <summary>Settings of one source, with small batches.</summary>
    /// <param name="stream">Null for messages without a stream.</param>
    public static NatsOptions Options(string? stream, params string[] subjects) => Options(Route(stream, subjects));

    public static NatsOptions Options(NatsRoute route) => new() { Sources = [route], BatchEvents = 100 };

    public static NatsRoute Route(string? stream, params string[] subjects) => new() { Cluster = "main", Subject = subjects, To = SourceNode.Topic, Stream = stream };

    public static Task<NatsSource> ReadAsync(this SourceNode node, NatsServer server, string subject, string? stream) => node.ReadAsync(Cluster(server), Options(stream, subject));

    /// <param name="leads">Whether the source may read, if only one node may; as the engine says, if it is not given.</param>
    public static async Task<NatsSource> ReadAsync(this SourceNode node, NatsCluster cluster, NatsOptions options, Func<bool>? leads = null)
    {
        var source = new NatsSource(cluster, options, options.Sources[0], new PlainReader(), TimeProvider.System, NullLoggerFactory.Instance)
        {
            Runs = (engine, shard) => leads?.Invoke() ?? engine.Runs(shard),
        };
        try
        {
            await source.StartAsync(node.Engine, TestConnection.End);
            return source;
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }
}
