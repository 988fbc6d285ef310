using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Routing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>
/// The part of the catalog that this node works with: the topics whose events it routes, each with all of its subscriptions.
/// </summary>
/// <remarks>
/// A topic is loaded when it is first needed, stays while it is held, follows every change, and is evicted when room is needed. Every
/// follower receives each new snapshot, in order.
/// </remarks>
internal sealed class CatalogCache : IDisposable
{
    private const int ReadAtOnce = 1000;

    private readonly ICatalogStore _store;
    private readonly EventEncoder _encoder;
    private readonly int _capacity;
    private readonly TimeSpan _keepFor;
    private readonly TimeProvider _time;
    private readonly Func<long> _followed;

    // One change at a time, so that each snapshot is made from the one before it.
    private readonly SemaphoreSlim _changing = new(1);
    private readonly List<Action<CatalogUpdate>> _followers = [];
    private volatile CatalogSnapshot _snapshot;
    private int _makeRoomAt;
    private long _madeRoomAt;

    /// <param name="capacity">Most topics and subscriptions together. Topics in use always stay, so the cache can be larger.</param>
    /// <param name="keepFor">
    /// A topic stays at least this long after it was last seen in use, so that a topic in constant use is not loaded again and again.
    /// </param>
    /// <param name="followed">The edition that every follower has reached.</param>
    /// <param name="routes">The shared memory for the routing results of all topics; null for a new one of the usual size.</param>
    public CatalogCache(
        ICatalogStore store, EventEncoder encoder, int capacity, TimeSpan keepFor, TimeProvider time, Func<long> followed,
        RouteMemory? routes = null)
    {
        (_store, _encoder, _capacity, _keepFor, _time, _followed) = (store, encoder, capacity, keepFor, time, followed);
        (_makeRoomAt, _madeRoomAt) = (capacity, time.GetTimestamp());
        _snapshot = CatalogSnapshot.In(routes ?? new RouteMemory(EngineOptions.UsualRouteMemory));
        Topics = new TopicDirectory(store, capacity);
    }

    public CatalogSnapshot Snapshot => _snapshot;

    /// <summary>The subscription with this full name, if it is in memory.</summary>
    public Subscription? Find(string fullId)
    {
        var snapshot = _snapshot;
        return snapshot.ByAddress.TryGetValue(AddressOf(fullId), out var number) && snapshot.ByNumber[number].Subscription is var found && found.FullId == fullId ? found : null;
    }

    /// <summary>Called for each unreadable record when it comes into memory.</summary>
    public Action<CatalogRecord>? Damaged { get; init; }

    /// <summary>Topics by full name, for publishing.</summary>
    public TopicDirectory Topics { get; }

    /// <summary>
    /// Calls the follower with every update, in order. It must return at once, because shards that wait for a refresh are followers too.
    /// </summary>
    public void Follow(Action<CatalogUpdate> follower) => _followers.Add(follower);

    /// <summary>Begins at the store's present version, with no topics in memory.</summary>
    public async ValueTask StartAsync(CancellationToken cancel)
    {
        var now = await _store.ReadAsync(long.MaxValue, 1, cancel);
        _snapshot = CatalogSnapshot.In(_snapshot.Memory) with { Version = now.Version };
    }

    /// <summary>Brings the snapshot up to at least this version.</summary>
    public async ValueTask RefreshAsync(long version)
    {
        if (_snapshot.Version >= version && _changing.CurrentCount > 0)
            return;
        await _changing.WaitAsync(CancellationToken.None);
        try
        {
            if (_snapshot.Version < version)
                await AdvanceAsync([], CancellationToken.None);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Completes when the topics are in the snapshot and held. Returns the edition that contains them all.</summary>
    public async ValueTask<long> HoldAsync(IReadOnlyCollection<int> topics, TopicHolds holds, CancellationToken cancel)
    {
        if (topics.Count == 0)
            return _snapshot.Edition;
        // The wait takes no token. The work under the semaphore observes its caller's token, so the turn comes.
        await _changing.WaitAsync(CancellationToken.None);
        try
        {
            // While this call has the semaphore, only this call can evict topics.
            var missing = topics.Where(topic => !holds.TryAdd(topic, _snapshot)).ToHashSet();
            if (missing.Count > 0)
                await AdvanceAsync(missing, cancel);
            foreach (var topic in missing)
                holds.TryAdd(topic, _snapshot);
            return _snapshot.Edition;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>
    /// Loads and holds the topics that a shard needs when it is taken over with this progress: topics of subscriptions with saved state,
    /// and topics of subscriptions that since then have begun, or begun again, before the shard's head. The returned snapshot contains
    /// them.
    /// </summary>
    public async ValueTask<CatalogSnapshot> HoldForAsync(ShardId shard, SavedProgress saved, TopicHolds holds, CancellationToken cancel)
    {
        // Two reasons to read the newest catalog. The previous owner may have known a newer catalog than this node, and its progress names
        // subscriptions that must be known here. And a caller that waits until all nodes follow a change did not wait for a node that took
        // over shards later.
        await RefreshAsync((await _store.ReadAsync(long.MaxValue, 1, cancel)).Version);
        var records = saved.States.Count == 0 ? []
            : await _store.FindAsync(new CatalogQuery.ByNumber(CatalogCodec.SubscriptionKind, saved.States.Keys), cancel);
        var topics = records.Select(r => r.Parent).ToHashSet();
        // A shard whose head has never moved has no events in which a subscription could begin.
        var (since, now) = (saved.Routed == 0 ? long.MaxValue : saved.CatalogVersion, _snapshot.Version);
        while (since < now)
        {
            var changes = await _store.ReadAsync(since, ReadAtOnce, cancel);
            foreach (var record in changes.Records.Where(IsSubscription))
            {
                var entry = CatalogCodec.DecodeSubscription(record);
                if (entry.BeginsBehind(shard, saved.CatalogVersion, saved.Routed))
                    topics.Add(record.Parent);
            }
            since = changes.Version;
        }
        await HoldAsync(topics, holds, cancel);
        // Topics of subscriptions that began after this are in memory and stay: the shard is a follower already and has followed no edition
        // yet.
        return _snapshot;
    }

    public void Dispose() => _changing.Dispose();

    /// <summary>
    /// Makes the next snapshot. It contains the topics, and every change up to the versions of their records or of the store.
    /// </summary>
    private async ValueTask AdvanceAsync(HashSet<int> load, CancellationToken cancel)
    {
        var before = _snapshot;
        while (true)
        {
            // Secrets first: a subscription that changes in between is newer than the snapshot, so the change is read with both.
            IReadOnlyList<CatalogRecord> found = load.Count == 0 ? []
                :
                [
                    .. await _store.FindAsync(new CatalogQuery.ByParent(CatalogCodec.SecretKind, load), cancel),
                    .. await _store.FindAsync(new CatalogQuery.ByParent(CatalogCodec.SubscriptionKind, load), cancel),
                ];
            var changes = new CatalogChanges(before.Version, true, []);
            // Loading topics requires no other changes, unless one of their records is newer than the snapshot.
            if (load.Count == 0 || found.Any(record => record.Version > before.Version))
                changes = await ReadAllAsync(before, load, cancel);
            var begun = changes.Records.Where(r => !IsLoaded(r.Parent) && BeginsInThePast(r, before)).Select(r => r.Parent).ToHashSet();
            if (begun.Count == 0 && found.All(record => record.Version <= changes.Version))
            {
                var releases = changes.Records.Where(r => r is { Kind: CatalogCodec.ReleaseKind, Body: not null })
                    .Select(DecodeRelease).OfType<ReleaseOrder>().ToList();
                var others = changes.Records.Where(r => r.Kind != CatalogCodec.ReleaseKind);
                Publish(before, load, [.. found, .. others], releases, changes.Version);
                return;
            }
            // A subscription that begins, or begins again, before some shard's head has work at once, so its topic is needed.
            load = [.. load, .. begun];
        }

        bool IsLoaded(int topic) => before.Topics.ContainsKey(topic) || load.Contains(topic);
    }

    /// <summary>
    /// Reads the changes since the snapshot that concern topics in memory or topics that must be loaded. Changes of topics go to the
    /// directory at once.
    /// </summary>
    private async ValueTask<CatalogChanges> ReadAllAsync(CatalogSnapshot before, HashSet<int> load, CancellationToken cancel)
    {
        var (since, records) = (before.Version, new List<CatalogRecord>());
        while (true)
        {
            var changes = await _store.ReadAsync(since, ReadAtOnce, cancel);
            Topics.Apply(changes.Records);
            // A subscription that was deleted and created again may have belonged to another topic.
            records.AddRange(changes.Records.Where(
                r => r.Kind == CatalogCodec.ReleaseKind || r.Kind is CatalogCodec.SubscriptionKind or CatalogCodec.SecretKind
                    && (before.Topics.ContainsKey(r.Parent) || load.Contains(r.Parent) || before.ByAddress.ContainsKey(AddressOf(r.Id)) || BeginsInThePast(r, before))));
            since = changes.Version;
            if (changes.IsLast)
                return new(since, true, records);
        }
    }

    private static bool BeginsInThePast(CatalogRecord record, CatalogSnapshot before)
    {
        if (!IsSubscription(record))
            return false;
        var entry = CatalogCodec.DecodeSubscription(record);
        return entry.GenerationVersion > before.Version && entry.Starts.Zip(record.Heads).Any(shard => shard.First < shard.Second);
    }

    private ReleaseOrder? DecodeRelease(CatalogRecord record)
    {
        var order = CatalogCodec.DecodeRelease(record);
        if (order is null)
            Damaged?.Invoke(record);
        return order;
    }

    private static bool IsSubscription(CatalogRecord record) => record is { Kind: CatalogCodec.SubscriptionKind, Body: not null };

    private void Publish(
        CatalogSnapshot before, HashSet<int> loaded, IReadOnlyList<CatalogRecord> records, List<ReleaseOrder> releases, long version)
    {
        // Oldest first, so the newest state of a secret counts. A secret changes only together with its subscription.
        var secrets = new Dictionary<string, Secrets>(StringComparer.Ordinal);
        foreach (var record in records.Where(record => record.Kind == CatalogCodec.SecretKind))
            secrets[record.Id] = record.Body is null ? Secrets.None : CatalogCodec.DecodeSecret(record);
        var (next, changed) = (before with { Version = version, Edition = before.Edition + 1 }, new HashSet<int>());
        foreach (var topic in loaded)
            next = next.WithTopic(topic);
        foreach (var record in records.Where(record => record.Kind == CatalogCodec.SubscriptionKind))
        {
            var address = AddressOf(record.Id);
            var kept = Secrets.None;
            if (next.ByAddress.TryGetValue(address, out var old))
                kept = next.ByNumber[old].Secrets;
            if (old != 0 && (record.Body is null || old != record.Number))
            {
                changed.Add(old);
                next = next.Without(old, address);
            }
            if (record.Body is null || !next.Topics.ContainsKey(record.Parent))
                continue;
            changed.Add(record.Number);
            var entry = CatalogCodec.DecodeSubscription(record);
            if (entry.Subscription.IsDamaged)
                Damaged?.Invoke(record);
            if (entry.Subscription.Endpoint.Secret is { } reference)
                entry = entry with { Secrets = secrets.GetValueOrDefault(entry.Subscription.Tenant.FullName(reference.Id), kept) };
            if (entry.LacksSecret)
                Damaged?.Invoke(record with { Kind = CatalogCodec.SecretKind });
            next = next.With(entry, address);
        }
        next = MakeRoom(next, loaded, changed);
        _snapshot = next;
        var update = new CatalogUpdate(next, changed, releases);
        foreach (var follower in _followers)
            follower(update);
    }

    /// <summary>Above the bound, evicts topics that have not been held for a while, the least recently held first.</summary>
    private CatalogSnapshot MakeRoom(CatalogSnapshot catalog, HashSet<int> loaded, HashSet<int> changed)
    {
        var now = _time.GetTimestamp();
        // When everything that is left is in use, looking again pays only after the cache has grown or time has passed.
        if (catalog.Size <= _capacity || (catalog.Size <= _makeRoomAt && _time.GetElapsedTime(_madeRoomAt, now) < _keepFor))
            return catalog;
        _madeRoomAt = now;
        var enough = _capacity - (_capacity / 8);
        // A topic whose last change some shard has not followed yet stays: the shard may be about to begin a subscription of it.
        var followed = _followed();
        var free = catalog.Topics.Where(t => !loaded.Contains(t.Key) && t.Value.Edition <= followed)
            .Select(t => (Topic: t.Key, Cached: t.Value, SeenAt: t.Value.Use.SeenAt(now)))
            .Where(t => _time.GetElapsedTime(t.SeenAt, now) >= _keepFor)
            .OrderBy(t => t.SeenAt);
        foreach (var (topic, cached, _) in free)
        {
            if (catalog.Size <= enough)
                break;
            if (!cached.Use.TryPutOut())
                continue;
            foreach (var entry in cached.Routes.Subscriptions)
            {
                changed.Add(entry.Subscription.Number);
                catalog = catalog.Without(entry.Subscription.Number, AddressOf(entry.Subscription.FullId));
            }
            catalog = catalog.WithoutTopic(topic);
        }
        _makeRoomAt = Math.Max(_capacity, catalog.Size + (_capacity / 8));
        return catalog;
    }

    private UInt128 AddressOf(string fullId) => _encoder.Identity.OfAddress(Encoding.UTF8.GetBytes(fullId));
}
