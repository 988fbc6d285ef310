using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Herald.Cli.Brokers;
using Xunit;

namespace Herald.TestKit.Kafka;

/// <summary>
/// A real Kafka of one broker, thrown away at the end, however the test process ends, with topics that tests make. Where there is none, the test that asks for one
/// is skipped.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    private static readonly Lazy<Task<KafkaBroker>> SharedBroker = new(() => StartAsync());
    private readonly LocalKafka _kafka;
    private int _topics;

    private KafkaBroker(LocalKafka kafka) => _kafka = kafka;

    /// <summary>As clients are told.</summary>
    public string Servers => _kafka.Servers;

    /// <summary>One for all tests of the process that do not stop it: each has topics of its own. Nobody disposes it.</summary>
    public static Task<KafkaBroker> SharedAsync() => SharedBroker.Value;

    /// <param name="settings">As in <c>server.properties</c>; they win over ours.</param>
    public static async Task<KafkaBroker> StartAsync(params (string Name, string Value)[] settings)
    {
        var programs = KafkaPrograms.Find();
        Assert.SkipWhen(programs is null, KafkaPrograms.Missing);
        KafkaLibrary.Require();
        return new(await LocalKafka.StartNewAsync(programs, settings, TimeProvider.System, CancellationToken.None));
    }

    /// <summary>Starts it, after a stop with its data and on its port; complete when it answers.</summary>
    public Task StartAgainAsync() => _kafka.StartAgainAsync(CancellationToken.None);

    public Task StopAsync() => _kafka.StopAsync();

    /// <summary>On the spot, as in a crash.</summary>
    public Task KillAsync() => _kafka.KillAsync();

    /// <summary>It keeps its connections, and answers nothing any more.</summary>
    public Task FreezeAsync() => _kafka.FreezeAsync();

    /// <returns>The name of a new topic; others may begin with the same words.</returns>
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

    /// <summary>What the group has committed of a topic, all partitions together.</summary>
    public long Committed(string topic, int partitions, string group)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = Servers, GroupId = group }).SetLogHandler((_, _) => { }).Build();
        var places = Enumerable.Range(0, partitions).Select(p => new TopicPartition(topic, p));
        return consumer.Committed(places, TimeSpan.FromSeconds(10)).Where(o => o.Offset.Value >= 0).Sum(o => o.Offset.Value);
    }

    /// <summary>Runs a Java program of the broker's folder to its end.</summary>
    /// <returns>What it printed.</returns>
    public Task<string> RunToolAsync(string type, string input, params string[] arguments) => _kafka.RunToolAsync(type, input, arguments);

    public ValueTask DisposeAsync() => _kafka.DisposeAsync();

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).SetLogHandler((_, _) => { }).Build();
}
