using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Leases;
using Herald.Engine.Metrics;
using Herald.Engine.Publishing;
using Herald.Engine.Reports;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Applications;
using Herald.Engine.Tests.Catalogs;
using Herald.Engine.Tests.Publishing;
using Herald.Engine.Tests.Sending;
using Herald.Engine.Tests.Stores;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>The loop of one shard with the engine's real services around it. The test controls the store and the receiver.</summary>
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

    /// <param name="hasChannel">False: this node has no channel for the subscription's endpoint, which was set on another node.</param>
    /// <param name="applications">Applications that run in the shard. They have no saved state.</param>
    public HostScene(
        bool hasChannel = true, TimeSpan commitEvery = default, long mostCommitBytes = 64 << 20, params IReadOnlyList<IApplication> applications)
    {
        (_commitEvery, _mostCommitBytes) = (commitEvery, mostCommitBytes);
        _applications = applications;
        _channels = new ChannelSet([Channel]);
        ApplicationTime = new WatchedTime(Clock);
        _intake = new Intake(Log, new IntakeOptions(), Clock);
        Ledger = new PermitLedger(10, Clock, new Random(1));
        (Catalog, Cache) = NewCatalog();
        Runner = new AttemptRunner(Cache, hasChannel ? _channels : new ChannelSet([]), new MissingChannels(Lines, Clock), Ledger, Bytes, Metrics, _starting, new MessageIds(1), Clock, Lines);
        (Host, Term) = NewHost();
    }

    public ManualClock Clock { get; } = new();
    /// <summary>The same clock, for applications.</summary>
    public WatchedTime ApplicationTime { get; }
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

    /// <summary>The stored position of an application.</summary>
    public Func<ReadOnlyMemory<byte>?> Place { get; init; } = () => null;

    /// <summary>Opens the catalog of another node on the same store.</summary>
    public (Catalog, CatalogCache) NewCatalog()
    {
        var cache = new CatalogCache(Subscriptions, _intake.Encoder, CacheSize, TimeSpan.Zero, Clock, () => Host.CatalogFollowed);
        return (new(Subscriptions, Log, cache, _channels, Clock, (_, _) => new(true)), cache);
    }

    /// <summary>
    /// Appends events with these payloads and notifies the shard. They have the key "k" unless <paramref name="key"/> gives others.
    /// </summary>
    public async Task PublishAsync(string[] payloads, Func<int, string>? key = null)
    {
        Host.OnHead(await AppendAsync(payloads, key));
    }

    /// <summary>As <see cref="PublishAsync"/>, but without notifying the shard.</summary>
    /// <returns>The last sequence.</returns>
    public async Task<long> AppendAsync(string[] payloads, Func<int, string>? key = null)
    {
        using var batch = _intake.Rent((await Catalog.FindTopicAsync("t", default))!);
        for (var i = 0; i < payloads.Length; i++)
            Assert.Null(new SampleEvent { Key = key?.Invoke(i) ?? "k", Payload = System.Text.Encoding.UTF8.GetBytes(payloads[i]) }.AddTo(batch));
        await _intake.PublishAsync(batch);
        return batch.Results[^1].Sequence;
    }

    /// <summary>Creates a topic and a subscription to it, and starts the shard.</summary>
    public async Task StartAsync(Func<SubscriptionDraft, SubscriptionDraft>? adjust = null)
    {
        Cache.Follow(update => Host.OnCatalog(update));
        await SubscribeAsync(adjust);
        Host.Start();
        await Host.Ready;
    }

    public async Task SubscribeAsync(Func<SubscriptionDraft, SubscriptionDraft>? adjust = null)
    {
        await Catalog.PutTopicAsync("t", default);
        var draft = new SubscriptionDraft { Id = "s", Topic = "t", Endpoint = "http://one/" };
        Assert.True((await Catalog.PutSubscriptionAsync(adjust?.Invoke(draft) ?? draft, new StartFrom.Earliest(), null, default)).Done);
    }

    /// <summary>Waits for the next attempt and checks its payload.</summary>
    public async Task<HandChannel.Tried> ExpectAsync(string payload)
    {
        var tried = await Channel.NextAsync();
        Assert.Equal(payload, tried.Payload);
        return tried;
    }

    /// <summary>
    /// Waits for the next attempt, which is due later. The clock is advanced until it comes.
    /// </summary>
    public async Task<HandChannel.Tried> ExpectLaterAsync(string payload)
    {
        var next = ExpectAsync(payload);
        await Clock.AdvanceUntilAsync(next, TimeSpan.FromSeconds(2));
        return await next;
    }

    /// <summary>
    /// Waits for the first stored commit that fulfils the condition. The clock is advanced until then, because commits have an interval and
    /// wait before they are tried again.
    /// </summary>
    public async Task<ShardCommit> WhenStoredAsync(Func<ShardCommit, bool> holds)
    {
        var stored = Store.WhenAsync(holds);
        await Clock.AdvanceUntilAsync(stored, TimeSpan.FromMilliseconds(250));
        return await stored;
    }

    public Subscription Subscription => Cache.Snapshot.ByNumber.Values.Single().Subscription;

    public ValueTask<int> CountInFlightAsync() => Host.CallAsync(
        machine => machine.States.Values.Sum(state => state.Lanes.Values.Count(lane => lane.State == LaneState.InFlight)), default);

    /// <summary>Lets the shard complete this many rounds: it answers calls once in each round.</summary>
    public async Task RoundsAsync(int count)
    {
        for (; count > 0; count--)
            await Host.CallAsync(_ => 0, default);
    }

    /// <summary>Creates the next owner of the shard, on the same store.</summary>
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

    /// <summary>Opens a host as a lease keeper does.</summary>
    public ShardHost Open(Lease lease, LeaseTerm term)
    {
        var services = new ShardServices(
            Log, Store, Catalog, Cache, Ledger, Runner, new EventCopier(Log, _intake.Encoder, Catalog, Clock), new ReportWriter(_intake.Encoder, Clock), Metrics, new ApplicationServices(_applications, Log, new NoState(() => Place()), Subscriptions, Catalog, _intake, Metrics, 0, _mostCommitBytes, ApplicationTime, Lines), Clock, Lines);
        var settings = new ShardSettings(100, 16, 100, Blocked);
        return new ShardHost(lease, term, services, new EngineOptions { CommitEvery = _commitEvery, MostCommitBytes = _mostCommitBytes }, settings, seed: 1);
    }

    private sealed class NoState(Func<ReadOnlyMemory<byte>?> place) : IStateReader
    {
        public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
            string application, IReadOnlyList<StateKey> keys, CancellationToken cancel) =>
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
