using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Herald.Brokers;

namespace Herald.Kafka.Clusters;

/// <summary>A temporary topic. Its owner creates it, and deletes it by disposing this.</summary>
public sealed class OwnTopic : IAsyncDisposable
{
    private readonly IAdminClient _admin;

    private OwnTopic(IAdminClient admin, string name) => (_admin, Name) = (admin, name);

    public string Name { get; }

    /// <summary>Creates the topic with the cluster's default number of replicas.</summary>
    /// <exception cref="BrokerSetupException">The cluster does not answer, or does not create the topic.</exception>
    public static async Task<OwnTopic> MakeAsync(KafkaCluster cluster, string name, int partitions)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var admin = cluster.Make(
            () => new AdminClientBuilder(cluster.Configure([], [])).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build());
        try
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions }]);
            return new(admin, name);
        }
        catch (KafkaException failure)
        {
            admin.Dispose();
            var reason = failure is CreateTopicsException { Results: [var result, ..] } ? result.Error.Reason : failure.Error.Reason;
            throw new BrokerSetupException(
                $"Topic {name} cannot be created in the cluster at {cluster.Address.Servers}: {reason}.", failure);
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
            // The cluster is unreachable or does not delete topics. The topic is left behind.
        }
        _admin.Dispose();
    }
}
