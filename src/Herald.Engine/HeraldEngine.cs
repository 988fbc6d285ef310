using System.Text;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Looking;
using Herald.Engine.Metrics;
using Herald.Engine.Publishing;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine;

/// <summary>What a node is made of. The roles may be one object.</summary>
public sealed record EngineParts(
    IEventLog Log, IShardStore Shards, IStateReader State, ICatalogStore Catalog, IDeadLetterStore DeadLetters, IOwnership Ownership,
    IReadOnlyList<IChannel> Channels, TimeProvider Time, Random Random, ILoggerFactory Logging);

/// <summary>One running node's engine. The store stays the caller's: it is closed after the engine has stopped.</summary>
public sealed class HeraldEngine : IAsyncDisposable
{
    private readonly EngineParts _parts;
    private readonly EngineOptions _options;
    private readonly EngineMetrics _metrics = new();
    private readonly PermitLedger _ledger;
    private readonly AttemptRunner _runner;
    private readonly ChannelSet _channels;
    private readonly BlockedBound _blocked;
    private readonly List<ShardHost> _hosts = [];
    private readonly List<IDisposable> _watching = [];
    private IReadOnlyList<Lease> _leases = [];
    private ShardHost?[] _byShard = [];
    private bool _stopped;

    internal HeraldEngine(EngineParts parts, EngineOptions options)
    {
        (_parts, _options) = (parts, options);
        _channels = new ChannelSet(parts.Channels);
        _blocked = new BlockedBound(options.MaxBlocked);
        _ledger = new PermitLedger(options.MaxInFlight, parts.Time, parts.Random);
        Intake = new Intake(parts.Log, options.Intake, parts.Time);
        Catalog = new Catalog(parts.Catalog, parts.Log, _channels, Intake.Encoder, parts.Time, IsPassedAsync);
        _runner = new AttemptRunner(Catalog, _channels, _ledger, new ByteGate(options.MaxBytesInFlight), _metrics, parts.Time);
        var forwarding = new ForwardEncoder(parts.Log, Intake.Encoder, Catalog, parts.Time);
        DeadLetters = new DeadLetterDesk(parts.DeadLetters, Catalog, forwarding);
        Inspector = new Inspector(parts.Log, parts.State, Catalog, Intake.Encoder, _ledger, _hosts);
        Services = new ShardServices(
            parts.Log, parts.Shards, Catalog, _ledger, _runner, forwarding, _metrics, parts.Time, parts.Logging.CreateLogger("Herald.Shards"));
        _metrics.Gauge("herald_attempts_in_flight", "Attempts under way on this node.", () => _ledger.InFlight);
        _metrics.Gauge("herald_blocked_keys", "Keys that wait because their oldest event failed.", () => _blocked.Count);
    }

    public Intake Intake { get; }
    public Catalog Catalog { get; }
    public Inspector Inspector { get; }
    public DeadLetterDesk DeadLetters { get; }

    /// <summary>Ends with the reason when the engine cannot go on (the store has failed); the host ends the process.</summary>
    public Task Failed { get; private set; } = Task.CompletedTask;

    internal IReadOnlyList<ShardHost> Hosts => _hosts;
    internal EngineMetrics Metrics => _metrics;
    internal PermitLedger Ledger => _ledger;
    internal BlockedBound Blocked => _blocked;

    private ShardServices Services { get; }

    public static async ValueTask<HeraldEngine> StartAsync(EngineParts parts, EngineOptions options, CancellationToken cancel)
    {
        var engine = new HeraldEngine(parts, options);
        try
        {
            await engine.StartAsync(cancel);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends one signed test event to the subscription's endpoint, outside of order and log, and tells how it went; null when there is no such subscription.</summary>
    public async ValueTask<AttemptResult?> TestAsync(string subscriptionId, CancellationToken cancel)
    {
        if (Catalog.FindSubscription(subscriptionId) is not { } subscription || Catalog.FindTopic(subscription.Topic) is not { } topic)
            return null;
        using var batch = Intake.Rent(topic);
        if (batch.Add(new EventDraft { Type = "herald.test"u8, Payload = """{"test":true}"""u8 }) is { } problem)
            throw new InvalidOperationException(problem.Rule);
        var view = new EventView(batch[0].Record.ToArray());
        var attempt = new Attempt(subscription, view, MessageIds.Of(subscription.Id, view), 0, 1, Redelivery.None);
        return await _channels.Find(subscription.Endpoint)!.TryAsync(attempt, cancel);
    }

    /// <summary>Lets a held key go on: its head is tried again, or discarded. False when it is not held.</summary>
    public async ValueTask<bool> ReleaseAsync(string subscriptionId, int shard, long sequence, bool discard, CancellationToken cancel)
    {
        if (Catalog.FindSubscription(subscriptionId) is not { } subscription || shard < 0 || shard >= _byShard.Length || _byShard[shard] is not { } host)
            return false;
        var now = _parts.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return await host.CallAsync(machine => machine.OnRelease(subscription.Number, sequence, discard, now), cancel);
    }

    /// <summary>Takes no more, lets attempts in flight end within the grace time, commits, ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        foreach (var watching in _watching)
            watching.Dispose();
        var stopping = Task.WhenAll(_hosts.Select(host => host.StopAsync()));
        try
        {
            await stopping.WaitAsync(_options.Grace, _parts.Time);
        }
        catch (TimeoutException)
        {
            _runner.Abandon();
        }
        catch (Exception)
        {
            // A shard that failed has told so by Failed.
        }
        try
        {
            await stopping.WaitAsync(_options.Grace, _parts.Time);
            await _parts.Ownership.ReleaseAsync(_leases, CancellationToken.None);
        }
        catch (Exception failure)
        {
            _parts.Logging.CreateLogger("Herald").LogWarning(failure, "Not everything could be saved while stopping; it will be repeated.");
        }
        foreach (var host in _hosts)
            await host.DisposeAsync();
        Catalog.Dispose();
        _ledger.Dispose();
        _runner.Dispose();
        _metrics.Dispose();
    }

    internal async ValueTask StartAsync(CancellationToken cancel)
    {
        await Catalog.RefreshAsync(long.MaxValue);
        _leases = await _parts.Ownership.RenewAsync(cancel);
        _byShard = new ShardHost?[_parts.Log.ShardCount];
        var settings = new ShardSettings(_options.Window, _options.LaneWindow, _options.MaxBlockedPerSubscription, _blocked);
        foreach (var lease in _leases)
        {
#pragma warning disable CA5394 // Spreads retries; no secret hangs on it.
            var host = new ShardHost(lease, Services, _options, settings, _parts.Random.Next());
#pragma warning restore CA5394
            _byShard[lease.Shard.Value] = host;
            _hosts.Add(host);
        }
        Catalog.Follow(OnCatalog);
        _watching.Add(_parts.Log.OnHead((shard, sequence) => _byShard[shard.Value]?.OnHead(sequence)));
        _watching.Add(_parts.Catalog.OnChange(version => _ = RefreshQuietlyAsync(version)));
        foreach (var host in _hosts)
            host.Start();
        foreach (var host in _hosts)
            await host.Ready.WaitAsync(cancel);
        Failed = FirstFailureAsync();
    }

    private void OnCatalog(CatalogUpdate update)
    {
        foreach (var number in update.Changed)
        {
            if (update.Snapshot.ByNumber.TryGetValue(number, out var entry))
                _ledger.Configure(entry.Subscription);
            else
                _ledger.Forget(number);
        }
        foreach (var host in _hosts)
            host.OnCatalog(update);
    }

    private async Task RefreshQuietlyAsync(long version)
    {
        try
        {
            await Catalog.RefreshAsync(version);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or ObjectDisposedException)
        {
            // A shard that needs the version asks again before it routes.
        }
    }

    // Shards end only when they are stopped, or when they cannot go on.
    private async Task FirstFailureAsync()
    {
        var running = _hosts.Select(host => host.Ended).ToList();
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running);
            await ended;
            running.Remove(ended);
        }
    }

    private async ValueTask<bool> IsPassedAsync(int subscription, FilterRevision revision)
    {
        foreach (var host in _hosts)
        {
            var after = revision.After[host.Shard.Value];
            var passed = await host.CallAsync(
                machine => machine.Routed >= after && (!machine.States.TryGetValue(subscription, out var state) || machine.HasPassed(state, after)),
                CancellationToken.None);
            if (!passed)
                return false;
            // A restart goes on from what is saved, which may be behind.
            await host.SaveAsync();
        }
        return true;
    }
}
