using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Herald.LocalServers.Brokers;
using Xunit;

namespace Herald.TestKit.Kafka;

/// <summary>
/// A real Kafka with one broker, for tests. It is removed at the end, however the test process ends. Each test creates its own topics.
/// Where there is no Kafka, a test that asks for it is skipped.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    private static readonly Lazy<Task<KafkaBroker>> SharedBroker = new(() => StartAsync());
    private readonly LocalKafka _kafka;
    private int _topics;

    private KafkaBroker(LocalKafka kafka) => _kafka = kafka;

    /// <summary>The bootstrap servers for clients.</summary>
    public string Servers => _kafka.Servers;

    /// <summary>
    /// One broker for all tests of the process that do not stop it. Each test has its own topics. The broker is never disposed.
    /// </summary>
    public static Task<KafkaBroker> SharedAsync() => SharedBroker.Value;

    /// <param name="settings">As in <c>server.properties</c>. They take precedence over the defaults here.</param>
    public static async Task<KafkaBroker> StartAsync(params (string Name, string Value)[] settings)
    {
        var programs = KafkaPrograms.Find();
        Assert.SkipWhen(programs is null, KafkaPrograms.Missing);
        return new(await LocalKafka.StartNewAsync(programs, settings, TimeProvider.System, CancellationToken.None));
    }

    /// <summary>Starts the broker again after a stop, with its data and port. Completes when the broker answers.</summary>
    public Task StartAgainAsync() => _kafka.StartAgainAsync(CancellationToken.None);

    public Task StopAsync() => _kafka.StopAsync();

    /// <summary>Kills the broker at once, as in a crash.</summary>
    public Task KillAsync() => _kafka.KillAsync();

    /// <summary>The broker keeps its connections and answers nothing any more.</summary>
    public Task FreezeAsync() => _kafka.FreezeAsync();

    /// <returns>The name of the new topic. Several calls can use the same name: each topic gets a number.</returns>
    public async Task<string> CreateTopicAsync(string name, int partitions = 4, params (string Name, string Value)[] settings)
    {
        var own = string.Create(CultureInfo.InvariantCulture, $"{name}-{Interlocked.Increment(ref _topics)}");
        await CreateNamedTopicAsync(own, partitions, settings);
        return own;
    }

    public async Task CreateNamedTopicAsync(string name, int partitions, params (string Name, string Value)[] settings)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1, Configs = settings.ToDictionary(s => s.Name, s => s.Value) }]);
    }

    public async Task AddPartitionsAsync(string topic, int total)
    {
        using var admin = Admin();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = total }]);
    }

    public async Task DeleteTopicAsync(string topic)
    {
        using var admin = Admin();
        await admin.DeleteTopicsAsync([topic]);
    }

    /// <summary>The sum of the offsets that a group has committed in a topic, over all partitions.</summary>
    public long Committed(string topic, int partitions, string group)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = Servers, GroupId = group }).SetLogHandler((_, _) => { }).Build();
        var places = Enumerable.Range(0, partitions).Select(p => new TopicPartition(topic, p));
        return consumer.Committed(places, TimeSpan.FromSeconds(10)).Where(o => o.Offset.Value >= 0).Sum(o => o.Offset.Value);
    }

    /// <summary>The state of a group in the broker; null when there is no such group.</summary>
    public async Task<ConsumerGroupState?> StateAsync(string group)
    {
        using var admin = Admin();
        return (await admin.ListConsumerGroupsAsync()).Valid.Find(listed => listed.GroupId == group)?.State;
    }

    /// <summary>Runs a Java program from the broker's folder to its end.</summary>
    /// <returns>Its output.</returns>
    public Task<string> RunToolAsync(string type, string input, params string[] arguments) => _kafka.RunToolAsync(type, input, arguments);

    public ValueTask DisposeAsync() => _kafka.DisposeAsync();

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).SetLogHandler((_, _) => { }).Build();
}
