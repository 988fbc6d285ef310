using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Herald.Kafka.Clusters;

/// <summary>A topic that somebody makes for a while, and takes away again.</summary>
public sealed class OwnTopic : IAsyncDisposable
{
    private readonly IAdminClient _admin;

    private OwnTopic(IAdminClient admin, string name) => (_admin, Name) = (admin, name);

    public string Name { get; }

    /// <summary>With as many replicas as the cluster gives a topic by itself.</summary>
    /// <exception cref="KafkaSetupException">The cluster does not answer, or does not make it.</exception>
    public static async Task<OwnTopic> MakeAsync(KafkaCluster cluster, string name, int partitions)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var admin = cluster.Make(() => new AdminClientBuilder(cluster.Configure([], [])).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build());
        try
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions }]);
            return new(admin, name);
        }
        catch (KafkaException failure)
        {
            admin.Dispose();
            var reason = failure is CreateTopicsException { Results: [var result, ..] } ? result.Error.Reason : failure.Error.Reason;
            throw new KafkaSetupException($"The topic {name} cannot be made in the cluster at {cluster.Address.Servers}: {reason}.", failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _admin.DeleteTopicsAsync([Name]);
        }
        catch (KafkaException)
        {
            // The cluster is away, or does not delete topics: it is left behind.
        }
        _admin.Dispose();
    }
}
