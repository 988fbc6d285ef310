using Herald.Contracts.Sources;
using Herald.Engine.Sources;
using Herald.Kafka.Clusters;
using Herald.Kafka.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Kafka.Tests.Sources;

/// <summary>Reads topics of Kafka into a node.</summary>
internal static class KafkaReading
{
    /// <summary>Settings of one source.</summary>
    public static KafkaOptions Options(string from, string group) =>
        new() { Sources = [new() { Cluster = "main", Topic = [from], To = SourceNode.Topic }], Group = group };

    public static KafkaCluster Cluster(string servers, params (string Name, string Value)[] properties) =>
        new(new ClusterAddress("main", servers), properties.Append(("session.timeout.ms", "6000")).ToDictionary(p => p.Item1, p => p.Item2));

    public static KafkaSource Source(string servers, KafkaOptions options, params (string Name, string Value)[] properties) =>
        new(Cluster(servers, properties), options, options.Sources[0], new PlainReader(), TimeProvider.System, NullLoggerFactory.Instance);

    public static Task<KafkaSource> ReadAsync(this SourceNode node, string servers, string from, string group = "herald") => node.ReadAsync(servers, Options(from, group));

    public static async Task<KafkaSource> ReadAsync(this SourceNode node, string servers, KafkaOptions options, params (string Name, string Value)[] properties)
    {
        var source = Source(servers, options, properties);
        await source.StartAsync(node.Engine, TestContext.Current.CancellationToken);
        return source;
    }

    /// <summary>Each key has received 1, 2, 3 … up to the last, none missing and none twice.</summary>
    public static void AssertOnceInOrder(this SourceNode node, int keys, int last)
    {
        var byKey = node.Receiver.All.ToLookup(received => received.Key, received => received.Payload);
        for (var key = 0; key < keys; key++)
            Assert.Equal(Enumerable.Range(1, last).Select(number => $"{number}"), byKey[$"key-{key}"]);
        Assert.Equal(keys * last, node.Receiver.Count);
    }
}
