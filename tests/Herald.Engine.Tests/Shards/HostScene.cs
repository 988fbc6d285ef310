using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Leases;
using Herald.Engine.Metrics;
using Herald.Engine.Ownership;
using Herald.Engine.Publishing;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Catalogs;
using Herald.Engine.Tests.Publishing;
using Herald.Engine.Tests.Sending;
using Herald.Engine.Tests.Stores;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>The loop of one shard with everything around it that is the engine's own; the store and the far end are the test's.</summary>
internal sealed class HostScene : IAsyncDisposable
{
    public const int MostBytes = 1 << 20;

    private const int CacheSize = 1000;

    private readonly IReadOnlyList<IApplication> _applications;
    private readonly TimeSpan _commitEvery;
    private readonly long _mostCommitBytes;
    private readonly Intake _intake;
    private readonly ChannelSet _channels;
    private readonly StartGate _starting = new();

    /// <param name="hasChannel">False: this node has no channel for the subscription's endpoint; it was made on another.</param>
    /// <param name="applications">What works in the shard besides, without any state saved.</param>
    public HostScene(
        bool hasChannel = true, TimeSpan commitEvery = default, long mostCommitBytes = 64 << 20, params IReadOnlyList<IApplication> applications)
    {
        (_commitEvery, _mostCommitBytes) = (commitEvery, mostCommitBytes);
        _applications = applications;
        _channels = new ChannelSet([Channel]);
        _intake = new Intake(Log, new IntakeOptions(), Clock);
        Ledger = new PermitLedger(10, Clock, new Random(1));
        (Catalog, Cache) = NewCatalog();
        Runner = new AttemptRunner(Cache, hasChannel ? _channels : new ChannelSet([]), new MissingChannels(Lines, Clock), Ledger, Bytes, Metrics, _starting, new MessageIds(1), Clock, Lines);
        (Host, Term) = NewHost();
    }

    public ManualClock Clock { get; } = new();
    public OneShardLog Log { get; } = new();
    public OneShardStore Store { get; } = new();
    public ScriptedCatalogStore Subscriptions { get; } = new(1);
    public HandChannel Channel { get; } = new();
    public Lines Lines { get; } = new();
    public BlockedBound Blocked { get; } = new(100);
    public Catalog Catalog { get; }
    public CatalogCache Cache { get; }
    public AttemptRunner Runner { get; }
    public ShardHost Host { get; private set; }
    public LeaseTerm Term { get; private set; }
    public PermitLedger Ledger { get; }
    public ByteGate Bytes { get; } = new(MostBytes);
    public EngineMetrics Metrics { get; } = new();

    /// <summary>What is stored of how far an application has read.</summary>
    public Func<ReadOnlyMemory<byte>?> Place { get; init; } = () => null;

    /// <summary>The catalog as another node has it, on the same store.</summary>
    public (Catalog, CatalogCache) NewCatalog()
    {
        var cache = new CatalogCache(Subscriptions, _intake.Encoder, CacheSize, TimeSpan.Zero, Clock, () => Host.CatalogFollowed);
        return (new(Subscriptions, Log, cache, _channels, Clock, (_, _) => new(true)), cache);
    }

    /// <summary>Events with these payloads, all of one key unless said otherwise, and the shard is told.</summary>
    public async Task PublishAsync(string[] payloads, Func<int, string>? key = null)
    {
        Host.OnHead(await AppendAsync(payloads, key));
    }

    /// <summary>The same, and nobody is told.</summary>
    /// <returns>The last sequence.</returns>
    public async Task<long> AppendAsync(string[] payloads, Func<int, string>? key = null)
    {
        using var batch = _intake.Rent((await Catalog.FindTopicAsync("t", default))!);
        for (var i = 0; i < payloads.Length; i++)
            Assert.Null(new SampleEvent { Key = key?.Invoke(i) ?? "k", Payload = System.Text.Encoding.UTF8.GetBytes(payloads[i]) }.AddTo(batch));
        await _intake.PublishAsync(batch);
        return batch.Results[^1].Sequence;
    }

    /// <summary>A topic, a subscription to it, and the shard running.</summary>
    public async Task StartAsync(Func<SubscriptionDraft, SubscriptionDraft>? adjust = null)
    {
        Cache.Follow(update => Host.OnCatalog(update));
        await SubscribeAsync(adjust);
        Host.Start();
        await Host.Ready;
    }

    /// <summary>A topic, and a subscription to it.</summary>
    public async Task SubscribeAsync(Func<SubscriptionDraft, SubscriptionDraft>? adjust = null)
    {
        await Catalog.PutTopicAsync("t", default);
        var draft = new SubscriptionDraft { Id = "s", Topic = "t", Endpoint = "http://one/" };
        Assert.True((await Catalog.PutSubscriptionAsync(adjust?.Invoke(draft) ?? draft, new StartFrom.Earliest(), null, default)).Done);
    }

    /// <summary>The next attempt, with what it carries.</summary>
    public async Task<HandChannel.Tried> ExpectAsync(string payload)
    {
        var tried = await Channel.NextAsync();
        Assert.Equal(payload, tried.Payload);
        return tried;
    }

    /// <summary>The next attempt, when its time has come. The clock goes on until then: the shard may be about to sleep, by the time it had read before.</summary>
    public async Task<HandChannel.Tried> ExpectLaterAsync(string payload)
    {
        var next = ExpectAsync(payload);
        while (await Task.WhenAny(next, Clock.WhenArmedAsync(1)) != next)
        {
            Clock.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }
        return await next;
    }

    /// <summary>The first commit for which it holds, once it is stored. The clock goes on until then: commits have their time, and wait between their tries.</summary>
    public async Task<ShardCommit> WhenStoredAsync(Func<ShardCommit, bool> holds)
    {
        var stored = Store.WhenAsync(holds);
        while (await Task.WhenAny(stored, Clock.WhenArmedAsync(1)) != stored)
            Clock.Advance(TimeSpan.FromMilliseconds(250));
        return await stored;
    }

    public Subscription Subscription => Cache.Snapshot.ByNumber.Values.Single().Subscription;

    /// <summary>Lets the shard go round: it answers questions between its steps.</summary>
    public async Task RoundsAsync(int count)
    {
        for (; count > 0; count--)
            await Host.CallAsync(_ => 0, default);
    }

    /// <summary>The shard's next owner on the same store.</summary>
    public void TakeOver() => (Host, Term) = NewHost();

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Term.Dispose();
        Cache.Dispose();
        Ledger.Dispose();
        Metrics.Dispose();
        _starting.Dispose();
    }

    /// <summary>A host as a keeper of leases opens it.</summary>
    public ShardHost Open(Lease lease, LeaseTerm term)
    {
        var services = new ShardServices(
            Log, Store, Catalog, Cache, Ledger, Runner, new ForwardEncoder(Log, _intake.Encoder, Catalog, Clock), Metrics, new ApplicationServices(_applications, Log, new NoState(() => Place()), Subscriptions, Catalog, _intake, Metrics, 0, _mostCommitBytes, Clock, Lines), Clock, Lines);
        var settings = new ShardSettings(100, 16, 100, Blocked);
        return new ShardHost(lease, term, services, new EngineOptions { CommitEvery = _commitEvery, MostCommitBytes = _mostCommitBytes }, settings, seed: 1);
    }

    private sealed class NoState(Func<ReadOnlyMemory<byte>?> place) : IStateReader
    {
        public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
            ShardId shard, string application, IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancel) =>
            new([.. keys.Select(_ => application == ApplicationRun.Places ? place() : null)]);

        public ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) => throw new NotSupportedException();
    }

    private (ShardHost Host, LeaseTerm Term) NewHost()
    {
        var lease = new Lease(OneShardLog.Shard, 1, null);
        var term = new LeaseTerm(lease, Clock.GetTimestamp(), Clock);
        return (Open(lease, term), term);
    }
}
