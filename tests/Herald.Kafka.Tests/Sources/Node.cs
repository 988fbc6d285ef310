using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Sources;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Journal;
using Herald.Kafka.Clusters;
using Herald.Kafka.Sources;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Kafka.Tests.Sources;

/// <summary>The real engine on a real journal, with one subscription to all events from Kafka.</summary>
internal sealed class Node : IAsyncDisposable
{
    public const string Topic = "events";
    private readonly string _directory;
    private readonly JournalStore _store;

    private Node(string directory, JournalStore store, SwitchedLog log, HeraldEngine engine, Receiver receiver) =>
        (_directory, _store, Log, Engine, Receiver) = (directory, store, log, engine, receiver);

    public JournalStore Store => _store;
    public SwitchedLog Log { get; }
    public HeraldEngine Engine { get; }
    public Receiver Receiver { get; }

    /// <param name="journal">Changes the usual options of the journal.</param>
    public static async Task<Node> StartAsync(bool subscribed = true, Func<JournalOptions, JournalOptions>? journal = null)
    {
        var directory = Directory.CreateTempSubdirectory("herald-kafka-tests-").FullName;
        var options = new JournalOptions { Directory = directory };
        var store = await JournalStore.OpenAsync(journal?.Invoke(options) ?? options, TimeProvider.System, null, default);
        var (log, receiver) = (new SwitchedLog(store), new Receiver());
        var parts = new EngineParts(log, store, store, store, store, store, store, [receiver], TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        var engine = await HeraldEngine.StartAsync(parts, new EngineOptions { CommitEvery = TimeSpan.FromMilliseconds(50) }, default);
        await engine.Catalog.PutTopicAsync(Topic, default);
        if (subscribed)
            Assert.True((await engine.Catalog.PutSubscriptionAsync(new SubscriptionDraft { Id = "all", Topic = Topic, Endpoint = "test://all/" }, new StartFrom.Earliest(), null, default)).Done);
        return new(directory, store, log, engine, receiver);
    }

    /// <summary>Settings of a source with short waits.</summary>
    public static KafkaSourceOptions Options(string from, string group) => new()
    {
        From = [from],
        Topic = Topic,
        Group = group,
        BatchEvents = 500,
        BatchWait = TimeSpan.FromMilliseconds(20),
        BatchBytes = 4 << 20,
        Handover = TimeSpan.FromSeconds(10),
    };

    public static KafkaCluster Cluster(string servers, params (string Name, string Value)[] properties) =>
        new(new ClusterAddress("main", servers), properties.Append(("session.timeout.ms", "6000")).ToDictionary(p => p.Item1, p => p.Item2));

    public Task<KafkaSource> ReadAsync(string servers, string from, string group = "herald") => ReadAsync(servers, Options(from, group));

    public async Task<KafkaSource> ReadAsync(string servers, KafkaSourceOptions options, params (string Name, string Value)[] properties)
    {
        var source = new KafkaSource(Cluster(servers, properties), options, new PlainReader(), TimeProvider.System, NullLoggerFactory.Instance);
        await source.StartAsync(Engine, TestContext.Current.CancellationToken);
        return source;
    }

    public Task ReceivesAsync(int count) => Until.HoldsAsync(() => Task.FromResult(Receiver.Count >= count), () => $"{count} deliveries (there are {Receiver.Count}; the store: {Store.Statistics})");

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_directory, true);
    }
}
