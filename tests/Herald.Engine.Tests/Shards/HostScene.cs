using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Metrics;
using Herald.Engine.Owning;
using Herald.Engine.Publishing;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
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
    private readonly Intake _intake;
    private readonly ChannelSet _channels;
    private readonly PermitLedger _ledger;
    private readonly EngineMetrics _metrics = new();

    public HostScene()
    {
        _channels = new ChannelSet([Channel]);
        _intake = new Intake(Log, new IntakeOptions(), Clock);
        _ledger = new PermitLedger(10, Clock, new Random(1));
        Catalog = NewCatalog();
        Runner = new AttemptRunner(Catalog, _channels, _ledger, new ByteGate(1 << 20), _metrics, Clock);
        (Host, Term) = NewHost(new Lease(OneShardLog.Shard, 1, null));
    }

    public ManualClock Clock { get; } = new();
    public OneShardLog Log { get; } = new();
    public OneShardStore Store { get; } = new();
    public ScriptedCatalogStore Subscriptions { get; } = new(1);
    public HandChannel Channel { get; } = new();
    public Lines Lines { get; } = new();
    public BlockedBound Blocked { get; } = new(100);
    public Catalog Catalog { get; }
    public AttemptRunner Runner { get; }
    public ShardHost Host { get; private set; }
    public LeaseTerm Term { get; private set; }
    public int Permits => _ledger.InFlight;

    /// <summary>The catalog as another node has it, on the same store.</summary>
    public Catalog NewCatalog() => new(Subscriptions, Log, _channels, _intake.Encoder, Clock, (_, _) => new(true));

    /// <summary>Events with these payloads, all of one key unless said otherwise, and the shard is told.</summary>
    public async Task PublishAsync(string[] payloads, Func<int, string>? key = null)
    {
        using var batch = _intake.Rent(Catalog.FindTopic("t")!);
        for (var i = 0; i < payloads.Length; i++)
            Assert.Null(new SampleEvent { Key = key?.Invoke(i) ?? "k", Payload = System.Text.Encoding.UTF8.GetBytes(payloads[i]) }.AddTo(batch));
        await _intake.PublishAsync(batch);
        Host.OnHead(batch.Results[^1].Sequence);
    }

    /// <summary>A topic, a subscription to it, and the shard running.</summary>
    public async Task StartAsync(Func<SubscriptionDraft, SubscriptionDraft>? adjust = null)
    {
        Catalog.Follow(update => Host.OnCatalog(update));
        await Catalog.PutTopicAsync("t", default);
        var draft = new SubscriptionDraft { Id = "s", Topic = "t", Endpoint = "http://one/" };
        Assert.True((await Catalog.PutSubscriptionAsync(adjust?.Invoke(draft) ?? draft, new StartFrom.Earliest(), null, default)).Done);
        Host.Start();
        await Host.Ready;
    }

    /// <summary>The next attempt, with what it carries.</summary>
    public async Task<HandChannel.Tried> ExpectAsync(string payload)
    {
        var tried = await Channel.NextAsync();
        Assert.Equal(payload, tried.Payload);
        return tried;
    }

    /// <summary>The shard's next owner on the same store.</summary>
    public void TakeOver() => (Host, Term) = NewHost(new Lease(OneShardLog.Shard, 1, null));

    /// <summary>The shard is not started yet, and will run under this lease.</summary>
    public void Lend(Lease lease) => (Host, Term) = NewHost(lease);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Term.Dispose();
        Catalog.Dispose();
        _ledger.Dispose();
        _metrics.Dispose();
    }

    private (ShardHost Host, LeaseTerm Term) NewHost(Lease lease)
    {
        var services = new ShardServices(
            Log, Store, Catalog, _ledger, Runner, new ForwardEncoder(Log, _intake.Encoder, Catalog, Clock), _metrics, Clock, Lines);
        var settings = new ShardSettings(100, 16, 100, Blocked);
        var term = new LeaseTerm(lease, Clock.GetTimestamp(), Clock);
        return (new ShardHost(lease, term, services, new EngineOptions { CommitEvery = TimeSpan.Zero }, settings, seed: 1), term);
    }
}
