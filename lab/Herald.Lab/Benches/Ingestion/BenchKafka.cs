using System.Globalization;
using Herald.Brokers;
using Herald.Hosting.Commands;
using Herald.Kafka;
using Herald.Kafka.Clusters;
using Herald.Lab.Benches.Databases;
using Herald.Lab.Benches.Rounds;
using Herald.LocalServers.Brokers;
using Herald.Orders.Commands;

namespace Herald.Lab.Benches.Ingestion;

/// <summary>A throw-away Kafka broker on this machine, from which the measured servers read.</summary>
internal sealed class BenchKafka : IAsyncDisposable
{
    private const string ClusterName = "bench";
    private const int Partitions = 12;
    private readonly LocalKafka _broker;
    private readonly KafkaCluster _cluster;
    private readonly List<OwnTopic> _topics = [];
    private int _groups;

    private BenchKafka(LocalKafka broker, KafkaCluster cluster)
    {
        (_broker, _cluster) = (broker, cluster);
        Cpu = new CpuSource("kafka", () => ProcessTree.CpuOf(broker.ProcessId));
    }

    public KafkaCluster Cluster => _cluster;
    public CpuSource Cpu { get; }

    /// <exception cref="BenchException">No broker can be started.</exception>
    public static async Task<BenchKafka> StartAsync(TimeProvider time, CancellationToken cancel)
    {
        try
        {
            var programs = KafkaPrograms.Find() ?? throw new BenchException(KafkaPrograms.Missing);
            var broker = await LocalKafka.StartNewAsync(programs, [], time, cancel);
            return new(broker, new KafkaClusters(new KafkaOptions { Clusters = new Dictionary<string, KafkaClusterOptions> { [ClusterName] = new() { Servers = [broker.Servers] } } }).Find(ClusterName)!);
        }
        catch (Exception failure) when (failure is LocalKafkaException or BrokerSetupException)
        {
            throw new BenchException(failure.Message);
        }
    }

    public async Task CreateTopicAsync(string name) => _topics.Add(await OwnTopic.MakeAsync(_cluster, name, Partitions));

    /// <summary>Returns the name of a group that has read nothing yet.</summary>
    public string NewGroup() => string.Create(CultureInfo.InvariantCulture, $"bench-{++_groups}");

    /// <summary>The options with which a server reads a Kafka topic into a topic of Herald.</summary>
    public string[] Settings(string from, string topic, string group) =>
        SetOption.Arguments(
            KafkaOptionSet.SettingsOf(ClusterName, _cluster.Address.Servers, from, topic).Append(new("kafka.group", group)));

    public async ValueTask DisposeAsync()
    {
        foreach (var topic in _topics)
            await topic.DisposeAsync();
        await _broker.DisposeAsync();
    }
}
