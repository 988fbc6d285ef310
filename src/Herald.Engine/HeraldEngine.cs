using System.Diagnostics.Metrics;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Metrics;
using Herald.Engine.Ownership;
using Herald.Engine.Publishing;
using Herald.Engine.Reports;
using Herald.Engine.Routing;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Microsoft.Extensions.Logging;

namespace Herald.Engine;

/// <summary>The parts that a node consists of. One object may have several of the store's roles.</summary>
public sealed record EngineParts(
    IEventLog Log, ISourcePositions Positions, IShardStore Shards, IStateReader State, ICatalogStore Catalog, IDeadLetterStore DeadLetters,
    IOwnership Ownership, IReadOnlyList<IChannel> Channels, TimeProvider Time, Random Random, ILoggerFactory Logging)
{
    public IReadOnlyList<IApplication> Applications { get; init; } = [];
}

/// <summary>The engine of one running node. The store belongs to the caller, who closes it after the engine has stopped.</summary>
public sealed class HeraldEngine : IAsyncDisposable
{
    // Other nodes learn of a change within milliseconds where the store can notify them, otherwise within a second.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(10), LongestLook = TimeSpan.FromMilliseconds(250);

    private readonly EngineParts _parts;
    private readonly EngineOptions _options;
    private readonly EngineMetrics _metrics = new();
    private readonly CatalogCache _cache;
    private readonly PermitLedger _ledger;
    private readonly AttemptRunner _runner;
    private readonly StartGate _starting = new();
    private readonly ChannelSet _channels;
    private readonly BlockedBound _blocked;
    private readonly ShardHosts _hosts;
    private readonly ShardViews _looks;
    private readonly KeyReleaser _releaser;
    private readonly LeaseKeeper _keeper;
    private readonly MessageIds _messageIds;
    private readonly CatalogFollower _catalogFollower;
    private readonly List<IDisposable> _watching = [];
    private bool _stopped;

    internal HeraldEngine(EngineParts parts, EngineOptions options)
    {
        (_parts, _options) = (parts, options);
        _channels = new ChannelSet(parts.Channels);
        _blocked = new BlockedBound(options.MaxBlocked);
        _hosts = new ShardHosts(parts.Log.ShardCount);
        Intake = new Intake(parts.Log, options.Intake, parts.Time);
        _cache = new CatalogCache(
            parts.Catalog, Intake.Encoder, options.CatalogCache, options.CatalogKeep, parts.Time, _hosts.CatalogFollowed,
            new RouteMemory(options.RouteMemory))
        {
            Damaged = OnDamaged,
        };
        _ledger = new PermitLedger(options.MaxInFlight, parts.Time, parts.Random)
        {
            IsThere = number => _cache.Snapshot.ByNumber.ContainsKey(number),
        };
        _catalogFollower = new CatalogFollower(_cache, parts.Time, parts.Logging.CreateLogger("Herald"));
        Catalog = new Catalog(parts.Catalog, parts.Log, _cache, _channels, parts.Time, IsPassedAsync);
        var sending = parts.Logging.CreateLogger("Herald.Sending");
        _messageIds = new MessageIds(parts.Log.HashSeed);
        _runner = new AttemptRunner(
            _cache, _channels, new MissingChannels(sending, parts.Time), _ledger, new ByteGate(options.MaxBytesInFlight), _metrics,
            _starting, _messageIds, parts.Time, sending);
        var forwarding = new EventCopier(parts.Log, Intake.Encoder, Catalog, parts.Time);
        DeadLetters = new DeadLetterActions(parts.DeadLetters, Catalog, forwarding, parts.Time);
        _looks = new ShardViews(parts.Log, parts.Shards, _hosts);
        _releaser = new KeyReleaser(Catalog, _hosts, _looks, parts.Time);
        Inspector = new Inspector(
            parts.Log, parts.State, Catalog, _cache, Intake.Encoder, _ledger, _channels, _looks, _messageIds, parts.Time);
        var shards = parts.Logging.CreateLogger("Herald.Shards");
        var applications = new ApplicationServices(
            parts.Applications, parts.Log, parts.State, parts.Catalog, Catalog, Intake, _metrics, options.StateCache / parts.Log.ShardCount,
            options.MostCommitBytes,
            parts.Time, shards);
        var services = new ShardServices(
            parts.Log, parts.Shards, Catalog, _cache, _ledger, _runner, forwarding, new ReportWriter(Intake.Encoder, parts.Time), _metrics,
            applications, parts.Time, shards);
        var settings = new ShardSettings(
            options.Window, options.LaneWindow, options.MaxBlockedPerSubscription, _blocked, MostKept: options.MostKept,
            KeptNear: options.KeptNear);
#pragma warning disable CA5394 // Spreads retries; no secret hangs on it.
        _keeper = new LeaseKeeper(
            parts.Ownership, _hosts, (lease, term) => new ShardHost(lease, term, services, options, settings, parts.Random.Next()), _ledger,
            options, _metrics,
            parts.Time, parts.Logging.CreateLogger("Herald"));
#pragma warning restore CA5394
        _metrics.Gauge("herald_attempts_in_flight", "Attempts in progress on this node.", () => _ledger.InFlight);
        _metrics.Gauge("herald_blocked_keys",
            "Blocked keys: an attempt at their oldest event failed, and their later events wait.", () => _blocked.Count);
        _metrics.Gauge(
            "herald_catalog_cached", "Topics and subscriptions of the catalog that this node has in memory.", () => _cache.Snapshot.Size);
        _metrics.Gauge(
            "herald_route_memory_bytes", "Memory of remembered routes: which subscriptions match which events.",
            () => _cache.Snapshot.Memory.Bytes);
        _metrics.Gauge("herald_application_unread", "Log entries that an application on this node has not read yet.", UnreadByApplication);
        _metrics.Gauge("herald_shards_owned", "Shards that run on this node.", () => _hosts.All.Count);
    }

    /// <summary>Whether this node runs the shard, as far as it knows.</summary>
    public bool Runs(ShardId shard) => _hosts.Find(shard.Value) is not null;

    /// <summary>The logs of all shards, for applications that follow them.</summary>
    public IEventLog Log => _parts.Log;

    /// <summary>The positions of sources that do not remember them.</summary>
    public ISourcePositions Positions => _parts.Positions;

    /// <summary>The saved state of applications, for reading; its values in their stored form (<see cref="StateValue"/>).</summary>
    public IStateReader State => _parts.State;
    public Intake Intake { get; }

    /// <summary>The catalog of the default tenant. For another tenant, see <see cref="Of"/>.</summary>
    public Catalog Catalog { get; }

    /// <summary>For the default tenant.</summary>
    public Inspector Inspector { get; }

    /// <summary>Of the default tenant.</summary>
    public DeadLetterActions DeadLetters { get; }

    /// <summary>What one tenant sees of this engine.</summary>
    public TenantView Of(TenantId tenant) => ViewOf(Catalog.Of(tenant));

    /// <summary>
    /// What the default tenant sees of this engine, for orders of this caller. The history and the catalog keep the name.
    /// </summary>
    public TenantView By(string caller) => ViewOf(Catalog.By(caller));

    internal TenantView ViewOf(Catalog catalog) => new(this, catalog, Inspector.Of(catalog), DeadLetters.Of(catalog));

    /// <summary>
    /// Fails with the reason when the engine cannot go on, for example because the store failed. The server then ends the process.
    /// </summary>
    public Task Failed => _keeper.Failed;

    /// <summary>Attempts that are under way on this node.</summary>
    public int AttemptsInFlight => _ledger.InFlight;

    /// <summary>Deliveries that this engine has made since it started.</summary>
    public long Delivered => _metrics.Delivered;

    /// <summary>The active subscriptions at whose endpoint no attempt of this node has succeeded for this long.</summary>
    public IReadOnlyList<FailingEndpoint> FailingEndpoints(TimeSpan atLeast)
    {
        var subscriptions = _cache.Snapshot.ByNumber;
        return
        [
            .. from one in _ledger.Failing(atLeast)
               let subscription = subscriptions.GetValueOrDefault(one.Subscription)?.Subscription
               where subscription is { Status: SubscriptionStatus.Active }
               select new FailingEndpoint(subscription.FullId, subscription.EndpointRevision, one.For, one.Reason)
               {
                   Subscription = one.Subscription,
               },
        ];
    }

    /// <summary>What has become of an endpoint that failed.</summary>
    public EndpointState StateOf(FailingEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return _ledger.StateOf(endpoint.Subscription);
    }

    internal IReadOnlyList<ShardHost> Hosts => _hosts.All;
    internal EngineMetrics Metrics => _metrics;
    internal PermitLedger Ledger => _ledger;
    internal CatalogCache Cache => _cache;
    internal BlockedBound Blocked => _blocked;

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

    /// <summary>
    /// Sends one signed test event to the subscription's endpoint, outside the log and its order, and returns the result. Null when there
    /// is no such subscription.
    /// </summary>
    public ValueTask<AttemptResult?> TestAsync(string subscriptionId, CancellationToken cancel) =>
        TestAsync(Catalog, subscriptionId, cancel);

    internal async ValueTask<AttemptResult?> TestAsync(Catalog catalog, string subscriptionId, CancellationToken cancel)
    {
        if (await catalog.FindWithSecretsAsync(subscriptionId, cancel) is not { Subscription: var subscription } entry
            || await catalog.FindTopicAsync(subscription.Topic, cancel) is not { } topic)
            return null;
        using var batch = Intake.Rent(topic);
        if (batch.Add(new EventDraft { Type = "herald.test"u8, Payload = """{"test":true}"""u8 }) is { } problem)
            throw new InvalidOperationException(problem.Rule);
        var view = new EventView(batch[0].Record.ToArray());
        var attempt = new Attempt(subscription, entry.Secrets, view, _messageIds.Of(subscription.FullId, view, 0), 0, 1, Redelivery.None);
        if (entry.LacksSecret)
            return AttemptResult.Troubled(AttemptStage.Guard, "the secret of the endpoint cannot be read; change it");
        return _channels.Find(subscription.Endpoint.Address) is { } channel ? await channel.TryAsync(attempt, cancel)
            : AttemptResult.Troubled(AttemptStage.Guard, $"this node does not have {MissingChannels.Describe(subscription.Endpoint)}");
    }

    /// <summary>Releases a held key: its head is tried again, or discarded. False when the key is not held.</summary>
    public ValueTask<bool> ReleaseAsync(string subscriptionId, int shard, long sequence, bool discard, CancellationToken cancel) =>
        ReleaseAsync(Catalog, subscriptionId, shard, sequence, discard, cancel);

    internal async ValueTask<bool> ReleaseAsync(
        Catalog catalog, string subscriptionId, int shard, long sequence, bool discard, CancellationToken cancel)
    {
        if (await catalog.FindEntryAsync(subscriptionId, cancel) is not { } entry || shard < 0 || shard >= _parts.Log.ShardCount)
            return false;
        var order = new ReleaseOrder(new ShardId(shard), entry.Subscription.Number, sequence, discard, catalog.Caller);
        return await _releaser.ReleaseAsync(entry, order, cancel);
    }

    /// <summary>
    /// Completes when no attempt of any node starts any more with a catalog older than this version: every node works with the version, or
    /// has lost its leases. A caller that has changed an endpoint then knows that no new attempt goes to the old one.
    /// </summary>
    public async ValueTask WhenFollowedAsync(long catalogVersion, CancellationToken cancel)
    {
        await _cache.RefreshAsync(catalogVersion);
        await _starting.WhenPassedAsync();
        for (var wait = FirstLook; await _parts.Ownership.OthersFollowAsync(cancel) < catalogVersion; wait = wait * 2 < LongestLook ? wait * 2 : LongestLook)
            await Task.Delay(wait, _parts.Time, cancel);
    }

    /// <summary>
    /// Stops: starts no more attempts, lets attempts in flight end within the grace time, commits, and releases its shards.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        foreach (var watching in _watching)
            watching.Dispose();
        _catalogFollower.Dispose();
        await _keeper.DisposeAsync();
        _cache.Dispose();
        _ledger.Dispose();
        _starting.Dispose();
        _metrics.Dispose();
    }

    internal async ValueTask StartAsync(CancellationToken cancel)
    {
        // Registered before the catalog is read: a store announces a change once, and a change can come during the reading.
        _watching.Add(_parts.Catalog.OnChange(_catalogFollower.OnChanged));
        await _cache.StartAsync(cancel);
        _parts.Ownership.Follows(_cache.Snapshot.Version);
        // Registered before there is a shard, so that a shard that is being loaded receives every change.
        _cache.Follow(OnCatalog);
        _watching.Add(_parts.Log.OnHead((shard, sequence) => _hosts.Find(shard.Value)?.OnHead(sequence)));
        _catalogFollower.Start();
        await _keeper.StartAsync(cancel);
    }

    private void OnCatalog(CatalogUpdate update)
    {
        var gone = new HashSet<int>();
        foreach (var number in update.Changed)
        {
            if (update.Snapshot.ByNumber.TryGetValue(number, out var entry))
                _ledger.Configure(entry.Subscription);
            else if (gone.Add(number))
                _ledger.Forget(number);
        }
        foreach (var host in _hosts.All)
            host.OnCatalog(update);
        // Last, so that shards learn of the deletion before the attempts come back. Otherwise they would ask for permits for them again.
        if (gone.Count > 0)
            _runner.GiveUp(gone);
        foreach (var order in update.Releases)
            _hosts.Find(order.Shard.Value)?.Release(order);
        _ = TellFollowedAsync(update.Snapshot.Version);
    }

    private void OnDamaged(CatalogRecord record)
    {
        _metrics.DamagedCatalog();
        var logger = _parts.Logging.CreateLogger("Herald");
        if (record.Kind == CatalogCodec.SubscriptionKind)
            logger.LogError(
                "Subscription {Subscription} receives nothing, and its events wait. It is {Reason}", record.Id, Subscription.DamagedReason);
        else if (record.Kind == CatalogCodec.SecretKind)
            logger.LogError(
                "The secret of subscription {Subscription} cannot be read. So nothing is sent to its endpoint, and its events wait. "
                + "Change the secret (rotate-secret).",
                record.Id);
        else
            logger.LogError(
                "A request to release a held key of shard {Shard} is damaged in the catalog. "
                    + "The key stays held. Release the key again.", record.Id);
    }

    private async Task TellFollowedAsync(long version)
    {
        try
        {
            await _starting.WhenPassedAsync();
            _parts.Ownership.Follows(version);
        }
        catch (ObjectDisposedException)
        {
            // The node has stopped and starts nothing any more.
        }
    }

    private IEnumerable<Measurement<long>> UnreadByApplication() =>
        from host in _hosts.All
        from one in host.Unread()
        group one.Unread by one.Application into all
        select new Measurement<long>(all.Sum(), new KeyValuePair<string, object?>("application", all.Key));

    private async ValueTask<bool> IsPassedAsync(SubscriptionEntry entry, FilterRevision revision)
    {
        for (var shard = 0; shard < _parts.Log.ShardCount; shard++)
        {
            if (!await _looks.HasPassedAsync(new ShardId(shard), entry, revision.After[shard]))
                return false;
        }
        return true;
    }
}
