using System.Collections.Concurrent;
using System.Security.Cryptography;
using Herald.Engine.Channels;
using Herald.Engine.Publishing;
using Herald.Engine.Routing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>Topics and subscriptions: what is asked for here is durable and in force everywhere on this node when the call completes.</summary>
public sealed class Catalog : IDisposable
{
    // Filter changes that some shard has still to route past; more are refused.
    private const int MostRevisions = 64;
    private const int SecretBytes = 32;

    private readonly ICatalogStore _store;
    private readonly IEventLog _log;
    private readonly ChannelSet _channels;
    private readonly EventEncoder _encoder;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly List<Action<CatalogUpdate>> _followers = [];
    private readonly Func<int, FilterRevision, ValueTask<bool>> _isPassed;
    private volatile CatalogSnapshot _snapshot = CatalogSnapshot.Empty;

    /// <param name="isPassed">Whether every shard has routed the subscription beyond the place where the revision takes effect.</param>
    internal Catalog(
        ICatalogStore store, IEventLog log, ChannelSet channels, EventEncoder encoder, TimeProvider time,
        Func<int, FilterRevision, ValueTask<bool>> isPassed)
    {
        (_store, _log, _channels, _encoder, _time, _isPassed) = (store, log, channels, encoder, time, isPassed);
    }

    internal CatalogSnapshot Snapshot => _snapshot;

    /// <summary>The follower is called with every update, in order, and must return at once: shards that wait for a refresh are among them.</summary>
    internal void Follow(Action<CatalogUpdate> follower) => _followers.Add(follower);

    public Topic? FindTopic(string name) => _topics.GetValueOrDefault(name);

    /// <summary>By name, in ordinal order.</summary>
    public Page<Topic> Topics(int limit, string? cursor) => PageOf(_snapshot.Topics.Values, topic => topic.Name, limit, cursor);

    public async ValueTask<CatalogResult<Topic>> PutTopicAsync(string name, CancellationToken cancel)
    {
        if (SubscriptionRules.CheckName("/topic", name) is { } problem)
            return CatalogResult<Topic>.Refuse([problem]);
        if (FindTopic(name) is { } there)
            return CatalogResult<Topic>.Of(CatalogOutcome.Unchanged, there);
        var body = CatalogCodec.Encode(new CatalogCodec.StoredTopic(null, _time.GetUtcNow()));
        var reply = await _store.ChangeAsync([new CatalogWrite(CatalogCodec.TopicKind, name, 0, body)], cancel);
        await RefreshAsync(reply.Version);
        return CatalogResult<Topic>.Of(reply.Conflict is null ? CatalogOutcome.Created : CatalogOutcome.Unchanged, FindTopic(name));
    }

    /// <summary>With <paramref name="force"/> its subscriptions go too; without, a topic that has some is in use.</summary>
    public async ValueTask<CatalogResult<Topic>> DeleteTopicAsync(string name, bool force, CancellationToken cancel)
    {
        if (FindTopic(name) is not { } topic)
            return CatalogResult<Topic>.Of(CatalogOutcome.NotFound, null, $"There is no topic '{name}'.");
        var dependants = _snapshot.Subscriptions.Values.Where(s => s.Subscription.TopicNumber == topic.Number).ToList();
        if (dependants.Count > 0 && !force)
            return CatalogResult<Topic>.Of(
                CatalogOutcome.InUse, topic, $"The topic '{name}' has {dependants.Count} subscriptions; delete them, or force to delete them with it.");
        var writes = dependants.Select(s => new CatalogWrite(CatalogCodec.SubscriptionKind, s.Subscription.Id, s.Subscription.Version, null))
            .Append(new CatalogWrite(CatalogCodec.TopicKind, name, topic.Version, null)).ToList();
        var reply = await _store.ChangeAsync(writes, cancel);
        await RefreshAsync(reply.Version);
        return reply.Conflict is null
            ? CatalogResult<Topic>.Of(CatalogOutcome.Deleted, topic)
            : CatalogResult<Topic>.Of(CatalogOutcome.VersionMismatch, topic, "The topic or one of its subscriptions was changed meanwhile; try again.");
    }

    public Subscription? FindSubscription(string id) => _snapshot.Subscriptions.GetValueOrDefault(id)?.Subscription;

    /// <summary>By id, in ordinal order.</summary>
    public Page<Subscription> Subscriptions(string? topic, int limit, string? cursor)
    {
        var all = _snapshot.Subscriptions.Values.Select(entry => entry.Subscription);
        return PageOf(topic is null ? all : all.Where(s => s.Topic == topic), s => s.Id, limit, cursor);
    }

    /// <summary>Creates or changes. <paramref name="from"/> only counts for a new one; <paramref name="ifVersion"/> 0 means "must not exist".</summary>
    public async ValueTask<CatalogResult<Subscription>> PutSubscriptionAsync(
        SubscriptionDraft draft, StartFrom from, long? ifVersion, CancellationToken cancel)
    {
        if (SubscriptionRules.Check(draft, _channels) is { Count: > 0 } problems)
            return CatalogResult<Subscription>.Refuse(problems);
        if (draft.Retry.ForwardTo is { } forwardTo && FindTopic(forwardTo) is null)
            return CatalogResult<Subscription>.Refuse([new("/retry/forwardTo", forwardTo, "The topic must exist; create it first.")]);
        if (FindTopic(draft.Topic) is not { } topic)
            return CatalogResult<Subscription>.Of(CatalogOutcome.NotFound, null, $"There is no topic '{draft.Topic}'.");
        var there = _snapshot.Subscriptions.GetValueOrDefault(draft.Id);
        if (ifVersion is { } expected && expected != (there?.Subscription.Version ?? 0))
            return Mismatch(there);
        return there is null
            ? await CreateAsync(draft, topic, from, cancel)
            : await ChangeAsync(draft, there, cancel);
    }

    public async ValueTask<CatalogResult<Subscription>> DeleteSubscriptionAsync(string id, long? ifVersion, CancellationToken cancel)
    {
        if (_snapshot.Subscriptions.GetValueOrDefault(id) is not { } there)
            return Missing(id);
        var reply = await _store.ChangeAsync([new CatalogWrite(CatalogCodec.SubscriptionKind, id, ifVersion, null)], cancel);
        await RefreshAsync(reply.Version);
        return reply.Conflict is null ? CatalogResult<Subscription>.Of(CatalogOutcome.Deleted, there.Subscription) : Mismatch(there);
    }

    public ValueTask<CatalogResult<Subscription>> PauseAsync(string id, CancellationToken cancel) =>
        EditAsync(id, s => s.Status == SubscriptionStatus.Paused ? s : s with { Status = SubscriptionStatus.Paused, StatusReason = null }, cancel);

    /// <summary>Also for one that Herald disabled; waiting heads become due at once, spread.</summary>
    public ValueTask<CatalogResult<Subscription>> ResumeAsync(string id, CancellationToken cancel) =>
        EditAsync(id, s => s.Status == SubscriptionStatus.Active ? s : s with { Status = SubscriptionStatus.Active, StatusReason = null }, cancel);

    /// <summary>Stops sending to an endpoint that said it is gone, unless it has been changed since.</summary>
    internal ValueTask<CatalogResult<Subscription>> DisableAsync(string id, int endpointRevision, string reason, CancellationToken cancel) =>
        EditAsync(
            id,
            s => s.Status != SubscriptionStatus.Active || s.EndpointRevision != endpointRevision
                ? s
                : s with { Status = SubscriptionStatus.Disabled, StatusReason = reason },
            cancel);

    /// <summary>The new secret signs at once; the old one signs as well until the overlap is over.</summary>
    public async ValueTask<CatalogResult<Subscription>> RotateSecretAsync(
        string id, ReadOnlyMemory<byte>? secret, TimeSpan overlap, CancellationToken cancel)
    {
        if (secret is { Length: < 24 or > 64 })
            return CatalogResult<Subscription>.Refuse([new("/secret", "(hidden)", "A secret is 24 to 64 bytes, written whsec_ and base64.")]);
        if (overlap < TimeSpan.Zero || overlap > TimeSpan.FromDays(30))
            return CatalogResult<Subscription>.Refuse([new("/overlap", $"{overlap}", "From 0 to 30 days.")]);
        var drawn = secret ?? RandomNumberGenerator.GetBytes(SecretBytes);
        return await EditAsync(
            id, s => s with { Secrets = new Secrets(drawn, s.Secrets.Current, _time.GetUtcNow() + overlap) }, cancel);
    }

    /// <summary>Rewinds, as a new generation: what it sends is what the present filter matches, from the start on.</summary>
    public async ValueTask<CatalogResult<Subscription>> ReplayAsync(string id, StartFrom from, CancellationToken cancel)
    {
        while (true)
        {
            if (_snapshot.Subscriptions.GetValueOrDefault(id) is not { } there)
                return Missing(id);
            var next = there.Subscription with { Generation = there.Subscription.Generation + 1, UpdatedAt = _time.GetUtcNow() };
            var stored = CatalogCodec.ToStored(there with { Subscription = next }) with
            {
                Starts = await StartsAsync(from, cancel),
                GenerationVersion = null,
                RewoundAt = null,
                // Which filters of the past are still known depends on how far shards had come when they were changed: none of them counts.
                Revisions = [new(there.Revisions[^1].Number, CatalogCodec.ToStored(there.Subscription.Filter), new long[_log.ShardCount])],
            };
            if (await TryWriteAsync(id, there, stored, cancel) is { } done)
                return done;
        }
    }

    /// <summary>Brings the snapshot up to the version, at least, and hands it to all followers.</summary>
    internal async ValueTask RefreshAsync(long version)
    {
        if (_snapshot.Version >= version && _refreshing.CurrentCount > 0)
            return;
        await _refreshing.WaitAsync();
        try
        {
            var before = _snapshot;
            if (before.Version >= version)
                return;
            var changes = await _store.ReadAsync(before.Version, CancellationToken.None);
            var update = Apply(before, changes);
            _snapshot = update.Snapshot;
            foreach (var follower in _followers)
                follower(update);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public void Dispose() => _refreshing.Dispose();

    private async ValueTask<CatalogResult<Subscription>> CreateAsync(SubscriptionDraft draft, Topic topic, StartFrom from, CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        var stored = new CatalogCodec.StoredSubscription
        {
            Topic = topic.Name,
            TopicNumber = topic.Number,
            Endpoint = draft.Endpoint,
            Description = draft.Description,
            Retry = CatalogCodec.ToStored(draft.Retry),
            MaxInFlight = draft.Limits.MaxInFlight,
            RatePerSecond = draft.Limits.RatePerSecond,
            TimeoutMs = (long)draft.Limits.Timeout.TotalMilliseconds,
            FixedInFlight = draft.Limits.FixedInFlight,
            Secret = draft.Secret?.ToArray() ?? RandomNumberGenerator.GetBytes(SecretBytes),
            CreatedAt = now,
            UpdatedAt = now,
            Starts = await StartsAsync(from, cancel),
            Revisions = [new(1, CatalogCodec.ToStored(draft.Filter), new long[_log.ShardCount])],
        };
        var reply = await _store.ChangeAsync(
            [new CatalogWrite(CatalogCodec.SubscriptionKind, draft.Id, 0, CatalogCodec.Encode(stored))], cancel);
        await RefreshAsync(reply.Version);
        var entry = _snapshot.Subscriptions.GetValueOrDefault(draft.Id);
        return reply.Conflict is null ? CatalogResult<Subscription>.Of(CatalogOutcome.Created, entry?.Subscription) : Mismatch(entry);
    }

    private async ValueTask<CatalogResult<Subscription>> ChangeAsync(SubscriptionDraft draft, SubscriptionEntry there, CancellationToken cancel)
    {
        var old = there.Subscription;
        if (old.Topic != draft.Topic)
            return CatalogResult<Subscription>.Refuse(
                [FieldProblem.Of("/topic", draft.Topic, $"A subscription stays with its topic, '{old.Topic}'; create another one.")]);
        var secret = draft.Secret is { } given && !given.Span.SequenceEqual(old.Secrets.Current.Span) ? new Secrets(given, default, null) : old.Secrets;
        var moved = old.Endpoint.OriginalString != draft.Endpoint;
        var next = old with
        {
            Endpoint = new Uri(draft.Endpoint),
            EndpointRevision = moved ? old.EndpointRevision + 1 : old.EndpointRevision,
            Description = draft.Description,
            Retry = draft.Retry,
            Limits = draft.Limits,
            Secrets = secret,
            // An endpoint that said it is gone has been replaced: go on.
            Status = moved && old.Status == SubscriptionStatus.Disabled ? SubscriptionStatus.Active : old.Status,
            StatusReason = moved && old.Status == SubscriptionStatus.Disabled ? null : old.StatusReason,
        };
        var filterChanged = !draft.Filter.Equals(old.Filter);
        if (next == old && !filterChanged)
            return CatalogResult<Subscription>.Of(CatalogOutcome.Unchanged, old);
        var stored = CatalogCodec.ToStored(there with { Subscription = next with { UpdatedAt = _time.GetUtcNow() } });
        if (filterChanged)
        {
            var revisions = await StillNeededAsync(there);
            if (revisions.Count >= MostRevisions)
                return CatalogResult<Subscription>.Of(
                    CatalogOutcome.InUse, old,
                    $"{revisions.Count} filter changes of this subscription have not been routed past yet; wait until it has caught up, or replay it from now.");
            stored = stored with
            {
                Revisions =
                [
                    .. revisions.Select(r => new CatalogCodec.StoredRevision(r.Number, CatalogCodec.ToStored(r.Filter), r.After)),
                    new(there.Revisions[^1].Number + 1, CatalogCodec.ToStored(draft.Filter), null),
                ],
            };
        }
        return await TryWriteAsync(draft.Id, there, stored, cancel) ?? Mismatch(there);
    }

    // A revision is needed until every shard has passed the place where its successor takes over.
    private async ValueTask<List<FilterRevision>> StillNeededAsync(SubscriptionEntry there)
    {
        var needed = new List<FilterRevision>();
        for (var i = 0; i < there.Revisions.Count; i++)
        {
            var successor = i + 1 < there.Revisions.Count ? there.Revisions[i + 1] : null;
            if (successor is null || !await _isPassed(there.Subscription.Number, successor))
                needed.Add(there.Revisions[i]);
        }
        return needed;
    }

    private async ValueTask<CatalogResult<Subscription>> EditAsync(string id, Func<Subscription, Subscription> edit, CancellationToken cancel)
    {
        while (true)
        {
            if (_snapshot.Subscriptions.GetValueOrDefault(id) is not { } there)
                return Missing(id);
            var next = edit(there.Subscription);
            if (ReferenceEquals(next, there.Subscription))
                return CatalogResult<Subscription>.Of(CatalogOutcome.Unchanged, next);
            var stored = CatalogCodec.ToStored(there with { Subscription = next with { UpdatedAt = _time.GetUtcNow() } });
            if (await TryWriteAsync(id, there, stored, cancel) is { } done)
                return done;
        }
    }

    /// <summary>Null when somebody else was faster.</summary>
    private async ValueTask<CatalogResult<Subscription>?> TryWriteAsync(
        string id, SubscriptionEntry there, CatalogCodec.StoredSubscription stored, CancellationToken cancel)
    {
        var write = new CatalogWrite(CatalogCodec.SubscriptionKind, id, there.Subscription.Version, CatalogCodec.Encode(stored));
        var reply = await _store.ChangeAsync([write], cancel);
        await RefreshAsync(reply.Version);
        return reply.Conflict is null ? CatalogResult<Subscription>.Of(CatalogOutcome.Updated, FindSubscription(id)) : null;
    }

    private async ValueTask<long[]?> StartsAsync(StartFrom from, CancellationToken cancel)
    {
        if (from is StartFrom.Now)
            return null; // The store stamps the heads of the very moment.
        var starts = new long[_log.ShardCount];
        for (var shard = 0; shard < starts.Length; shard++)
        {
            starts[shard] = from switch
            {
                StartFrom.Time time => await _log.FindByTimeAsync(new ShardId(shard), time.At, cancel) - 1,
                StartFrom.Sequence sequence => Math.Max(0, sequence.At - 1),
                _ => (await _log.BoundsAsync(new ShardId(shard), cancel)).First - 1,
            };
        }
        return starts;
    }

    private CatalogUpdate Apply(CatalogSnapshot before, CatalogChanges changes)
    {
        var (topics, subscriptions, byNumber, byAddress, routes) = (before.Topics, before.Subscriptions, before.ByNumber, before.ByAddress, before.Routes);
        var changed = new HashSet<int>();
        foreach (var record in changes.Records)
        {
            if (record.Kind == CatalogCodec.TopicKind)
            {
                topics = record.Body is null ? topics.Remove(record.Id) : topics.SetItem(record.Id, CatalogCodec.DecodeTopic(record));
            }
            else if (record.Kind == CatalogCodec.SubscriptionKind)
            {
                var address = _encoder.AddressHash(System.Text.Encoding.UTF8.GetBytes(record.Id));
                if (subscriptions.TryGetValue(record.Id, out var old))
                {
                    var number = old.Subscription.Number;
                    changed.Add(number);
                    byNumber = byNumber.Remove(number);
                    byAddress = byAddress.Remove(address);
                    routes = routes.SetItem(old.Subscription.TopicNumber, routes[old.Subscription.TopicNumber].Without(number));
                    subscriptions = subscriptions.Remove(record.Id);
                }
                if (record.Body is null)
                    continue;
                var entry = CatalogCodec.DecodeSubscription(record);
                var (subscription, topic) = (entry.Subscription, entry.Subscription.TopicNumber);
                changed.Add(subscription.Number);
                subscriptions = subscriptions.SetItem(record.Id, entry);
                byNumber = byNumber.SetItem(subscription.Number, entry);
                byAddress = byAddress.SetItem(address, subscription.Number);
                routes = routes.SetItem(topic, routes.GetValueOrDefault(topic, TopicRoutes.None).With(entry));
            }
        }
        foreach (var name in changes.Records.Where(r => r.Kind == CatalogCodec.TopicKind).Select(r => r.Id))
        {
            if (topics.TryGetValue(name, out var topic))
                _topics[name] = topic;
            else
                _topics.TryRemove(name, out _);
        }
        return new(new CatalogSnapshot(changes.Version, topics, subscriptions, byNumber, byAddress, routes), changed);
    }

    private static CatalogResult<Subscription> Missing(string id) =>
        CatalogResult<Subscription>.Of(CatalogOutcome.NotFound, null, $"There is no subscription '{id}'.");

    private static CatalogResult<Subscription> Mismatch(SubscriptionEntry? there) => CatalogResult<Subscription>.Of(
        CatalogOutcome.VersionMismatch, there?.Subscription,
        there is null ? "It does not exist." : $"It was changed meanwhile: its version is {there.Subscription.Version}. Read it again, then change it.");

    private static Page<T> PageOf<T>(IEnumerable<T> ordered, Func<T, string> nameOf, int limit, string? cursor)
    {
        var items = ordered.SkipWhile(item => cursor is not null && string.CompareOrdinal(nameOf(item), cursor) <= 0).Take(limit + 1).ToList();
        return items.Count <= limit ? new(items, null) : new(items[..limit], nameOf(items[limit - 1]));
    }
}
