using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Sources;
using Herald.Engine.Subscriptions;
using Herald.Journal;
using Herald.Nats.Clusters;
using Herald.Nats.Sources;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Nats.Tests.Sources;

/// <summary>The real engine on a real journal, with one subscription to everything that comes from NATS.</summary>
internal sealed class Node : IAsyncDisposable
{
    public const string Topic = "events";
    private readonly string _folder;
    private readonly JournalStore _store;
    private readonly HeraldEngine _engine;

    private Node(string folder, JournalStore store, SwitchedLog log, HeraldEngine engine, Receiver receiver) =>
        (_folder, _store, Log, _engine, Receiver) = (folder, store, log, engine, receiver);

    public JournalStore Store => _store;
    public SwitchedLog Log { get; }
    public Receiver Receiver { get; }

    /// <param name="journal">What is unusual about it.</param>
    public static async Task<Node> StartAsync(bool isSubscribed = true, Func<JournalOptions, JournalOptions>? journal = null)
    {
        var folder = Directory.CreateTempSubdirectory("herald-nats-tests-").FullName;
        var options = new JournalOptions { Directory = folder };
        var store = await JournalStore.OpenAsync(journal?.Invoke(options) ?? options, TimeProvider.System, null, default);
        var (log, receiver) = (new SwitchedLog(store), new Receiver());
        var parts = new EngineParts(log, log, store, store, store, store, store, [receiver], TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        var engine = await HeraldEngine.StartAsync(parts, new EngineOptions { CommitEvery = TimeSpan.FromMilliseconds(50) }, default);
        await engine.Catalog.PutTopicAsync(Topic, default);
        if (isSubscribed)
            Assert.True((await engine.Catalog.PutSubscriptionAsync(new SubscriptionDraft { Id = "all", Topic = Topic, Endpoint = "test://all/" }, new StartFrom.Earliest(), null, default)).Done);
        return new(folder, store, log, engine, receiver);
    }

    public static NatsCluster Cluster(params IEnumerable<NatsServer> servers) => new("main", TestConnection.Options(string.Join(',', servers.Select(s => s.Url))));

    /// <param name="stream">None: what no stream keeps.</param>
    public Task<NatsSource> ReadAsync(NatsServer server, string subject, string? stream) => ReadAsync(Cluster(server), Options(stream, subject));

    /// <summary>Small batches, which come soon.</summary>
    public static NatsSourceOptions Options(string? stream, params string[] subjects) =>
        new() { Subjects = subjects, Topic = Topic, Stream = stream, BatchEvents = 100, BatchWait = TimeSpan.FromMilliseconds(10) };

    /// <param name="sits">Whether the source may read, where one node does; as the engine says, if it is not given.</param>
    public async Task<NatsSource> ReadAsync(NatsCluster cluster, NatsSourceOptions options, Func<bool>? sits = null)
    {
        var source = new NatsSource(cluster, options, new PlainReader(), TimeProvider.System, NullLoggerFactory.Instance)
        {
            Runs = (engine, shard) => sits?.Invoke() ?? engine.Runs(shard),
        };
        try
        {
            await source.StartAsync(_engine, TestConnection.End);
            return source;
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    public Task ReceivesAsync(int count) =>
        Until.HoldsAsync(() => Task.FromResult(Receiver.Count >= count), () => $"{count} deliveries (there are {Receiver.Count}; the store: {Store.Statistics})");

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_folder, true);
    }
}
