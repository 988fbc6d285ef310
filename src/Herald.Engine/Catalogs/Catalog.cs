using System.Diagnostics;
using System.Security.Cryptography;
using Herald.Engine.Basics;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>
/// Reads and changes the topics and subscriptions of one tenant. When a change completes, it is durable and in force everywhere on this
/// node. Names are the tenant's own.
/// </summary>
/// <remarks>The file has over 400 lines because every operation repeats one pattern: read, check, write with the version, follow.</remarks>
public sealed class Catalog
{
    // Most filter changes that some shard has not yet routed past. Further changes are refused.
    private const int MostRevisions = 64;
    private const int SecretBytes = 32;

    private readonly ICatalogStore _store;
    private readonly IEventLog _log;
    private readonly CatalogCache _cache;
    private readonly ChannelSet _channels;
    private readonly TimeProvider _time;
    private readonly Func<SubscriptionEntry, FilterRevision, ValueTask<bool>> _isPassed;

    /// <param name="isPassed">
    /// Returns whether every shard has routed the subscription beyond the place where the revision takes effect.
    /// </param>
    internal Catalog(
        ICatalogStore store, IEventLog log, CatalogCache cache, ChannelSet channels, TimeProvider time, Func<SubscriptionEntry, FilterRevision, ValueTask<bool>> isPassed)
    {
        (_store, _log, _cache, _channels, _time, _isPassed) = (store, log, cache, channels, time, isPassed);
    }

    private Catalog(Catalog other, TenantId tenant)
        : this(other._store, other._log, other._cache, other._channels, other._time, other._isPassed) => Tenant = tenant;

    public TenantId Tenant { get; }

    /// <summary>The catalog of another tenant.</summary>
    public Catalog Of(TenantId tenant) => tenant == Tenant ? this : new(this, tenant);

    /// <summary>
    /// A topic that was used on this node lately. Null does not mean that it does not exist: call <see cref="FindTopicAsync"/>.
    /// </summary>
    public Topic? FindKnownTopic(ReadOnlySpan<char> name) =>
        // The full name is another text only in another tenant, or for a text that is no name.
        Tenant.IsDefault && !name.StartsWith('@') ? _cache.Topics.Find(name) : _cache.Topics.Find(FullName(name.ToString()));

    /// <summary>Completes at once for a topic that was used on this node lately.</summary>
    public ValueTask<Topic?> FindTopicAsync(string name, CancellationToken cancel) => _cache.Topics.FindAsync(FullName(name), cancel);

    /// <summary>The topic with this name. It is created when it does not exist.</summary>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    /// <exception cref="StoreUnavailableException">The topic was deleted while it was made: the caller may try again.</exception>
    public async ValueTask<Topic> EnsureTopicAsync(string name, CancellationToken cancel)
    {
        if (await FindTopicAsync(name, cancel) is { } found)
            return found;
        var made = await PutTopicAsync(name, cancel);
        if (made.Problems is [var problem, ..])
            throw new ArgumentException($"'{problem.Value}': {problem.Rule}");
        return made.Value ?? throw new StoreUnavailableException($"Topic '{name}' was deleted while Herald was creating it.");
    }

    /// <summary>Sorted by name.</summary>
    public async ValueTask<Page<Topic>> TopicsAsync(int limit, string? cursor, CancellationToken cancel) =>
        PageOf(await PageAsync(CatalogCodec.TopicKind, null, limit, cursor, cancel), CatalogCodec.DecodeTopic, limit);

    public async ValueTask<CatalogResult<Topic>> PutTopicAsync(string name, CancellationToken cancel)
    {
        if (SubscriptionRules.CheckName("/topic", name) is { } problem)
            return CatalogResult<Topic>.Refuse([problem]);
        if (await TopicNowAsync(name, cancel) is { } there)
            return CatalogResult<Topic>.Of(CatalogOutcome.Unchanged, there);
        var body = CatalogCodec.Encode(new CatalogCodec.StoredTopic(_time.GetUtcNow()));
        var reply = await _store.ChangeAsync([new CatalogWrite(CatalogCodec.TopicKind, FullName(name), 0, 0, body)], cancel);
        await _cache.RefreshAsync(reply.Version);
        return CatalogResult<Topic>.Of(
            reply.Conflict is null ? CatalogOutcome.Created : CatalogOutcome.Unchanged, await TopicNowAsync(name, cancel));
    }

    /// <summary>
    /// With <paramref name="force"/> its subscriptions are deleted too. Without it, a topic that has subscriptions is in use and stays.
    /// </summary>
    public async ValueTask<CatalogResult<Topic>> DeleteTopicAsync(string name, bool force, CancellationToken cancel)
    {
        if (await TopicNowAsync(name, cancel) is not { } topic)
            return CatalogResult<Topic>.Of(CatalogOutcome.NotFound, null, $"There is no topic '{name}'.");
        var dependants = await _store.FindAsync(new CatalogQuery.ByParent(CatalogCodec.SubscriptionKind, [topic.Number]), cancel);
        if (dependants.Count > 0 && !force)
            return CatalogResult<Topic>.Of(
                CatalogOutcome.InUse, topic, $"Topic '{name}' has {dependants.Count} subscriptions. Delete them first, or use force=true to delete them with the topic.");
        var writes = dependants.Select(s => new CatalogWrite(s.Kind, s.Id, s.Parent, s.Version, null))
            .Append(new CatalogWrite(CatalogCodec.TopicKind, topic.FullName, 0, topic.Version, null)).ToList();
        var reply = await _store.ChangeAsync(writes, cancel);
        await _cache.RefreshAsync(reply.Version);
        return reply.Conflict is null
            ? CatalogResult<Topic>.Of(CatalogOutcome.Deleted, topic)
            : CatalogResult<Topic>.Of(CatalogOutcome.VersionMismatch, topic, "The topic or one of its subscriptions was changed at the same time. Try again.");
    }

    /// <summary>Reads the subscription from the store, whichever node changed it last.</summary>
    public async ValueTask<Subscription?> FindSubscriptionAsync(string id, CancellationToken cancel) => (await FindEntryAsync(id, cancel))?.Subscription;

    /// <summary>Loads a topic's subscriptions into memory and keeps them there.</summary>
    public async ValueTask<HeldTopic> HoldAsync(Topic topic, CancellationToken cancel)
    {
        var holds = new TopicHolds();
        await _cache.HoldAsync([topic.Number], holds, cancel);
        return new(topic, _cache, holds);
    }

    /// <summary>Brings this node's copy of the catalog up to the store's present version, whichever node made the changes.</summary>
    public async ValueTask CatchUpAsync(CancellationToken cancel)
    {
        var changes = await _store.ReadAsync(_cache.Snapshot.Version, 1, cancel);
        // A read with a limit of one record ends at the first change. The refresh reads on to the last change.
        await _cache.RefreshAsync(changes.Version);
    }

    /// <summary>Sorted by id.</summary>
    public async ValueTask<Page<Subscription>> SubscriptionsAsync(string? topic, int limit, string? cursor, CancellationToken cancel)
    {
        int? parent = null;
        if (topic is not null)
        {
            if (await TopicNowAsync(topic, cancel) is not { } found)
                return new([], null);
            parent = found.Number;
        }
        var records = await PageAsync(CatalogCodec.SubscriptionKind, parent, limit, cursor, cancel);
        return PageOf(records, record => CatalogCodec.DecodeSubscription(record).Subscription, limit);
    }

    internal async ValueTask<SubscriptionEntry?> FindEntryAsync(string id, CancellationToken cancel) =>
        SubscriptionRules.IsName(id) && await _store.FindAsync(new CatalogQuery.ById(CatalogCodec.SubscriptionKind, FullName(id)), cancel) is [var record]
            ? CatalogCodec.DecodeSubscription(record)
            : null;

    /// <summary>Subscriptions of any tenant by their numbers. Deleted ones are missing from the result.</summary>
    internal async ValueTask<Dictionary<int, Subscription>> FindSubscriptionsAsync(IReadOnlyCollection<int> numbers, CancellationToken cancel)
    {
        var records = numbers.Count == 0 ? [] : await _store.FindAsync(new CatalogQuery.ByNumber(CatalogCodec.SubscriptionKind, numbers), cancel);
        return records.ToDictionary(record => record.Number, record => CatalogCodec.DecodeSubscription(record).Subscription);
    }

    /// <summary>All problems of the draft itself. The content of the catalog plays no part.</summary>
    public IReadOnlyList<FieldProblem> Check(SubscriptionDraft draft) => SubscriptionRules.Check(draft, _channels);

    /// <summary>
    /// Creates or changes a subscription. <paramref name="from"/> applies to a new one only; <paramref name="ifVersion"/> 0 means "must not
    /// exist".
    /// </summary>
    public async ValueTask<CatalogResult<Subscription>> PutSubscriptionAsync(
        SubscriptionDraft draft, StartFrom from, long? ifVersion, CancellationToken cancel)
    {
        if (SubscriptionRules.Check(draft, _channels) is { Count: > 0 } problems)
            return CatalogResult<Subscription>.Refuse(problems);
        if (draft.Retry.ForwardTo is { } forwardTo && await TopicNowAsync(forwardTo, cancel) is null)
            return CatalogResult<Subscription>.Refuse([new("/retry/forwardTo", forwardTo, "The topic must exist; create it first.")]);
        if (await TopicNowAsync(draft.Topic, cancel) is not { } topic)
            return CatalogResult<Subscription>.Of(CatalogOutcome.NotFound, null, $"There is no topic '{draft.Topic}'.");
        var there = await FindEntryAsync(draft.Id, cancel);
        if (ifVersion is { } expected && expected != (there?.Subscription.Version ?? 0))
            return Mismatch(there);
        return there is null ? await CreateAsync(draft, topic, from, cancel)
            : there.Subscription.IsDamaged ? await MendAsync(draft, topic, there, cancel)
            : await ChangeAsync(draft, there, cancel);
    }

    public async ValueTask<CatalogResult<Subscription>> DeleteSubscriptionAsync(string id, long? ifVersion, CancellationToken cancel)
    {
        if (await FindEntryAsync(id, cancel) is not { } there)
            return Missing(id);
        var reply = await _store.ChangeAsync([new CatalogWrite(CatalogCodec.SubscriptionKind, FullName(id), there.Subscription.TopicNumber, ifVersion, null)], cancel);
        await _cache.RefreshAsync(reply.Version);
        return reply.Conflict is null ? CatalogResult<Subscription>.Of(CatalogOutcome.Deleted, there.Subscription) : Mismatch(there);
    }

    public ValueTask<CatalogResult<Subscription>> PauseAsync(string id, CancellationToken cancel) =>
        EditAsync(id, s => s.Status == SubscriptionStatus.Paused ? s : s with { Status = SubscriptionStatus.Paused, StatusReason = null }, cancel);

    /// <summary>
    /// Also resumes a subscription that Herald disabled. Waiting lane heads become due at once, spread over a short time.
    /// </summary>
    public ValueTask<CatalogResult<Subscription>> ResumeAsync(string id, CancellationToken cancel) =>
        EditAsync(id, s => s.Status == SubscriptionStatus.Active ? s : s with { Status = SubscriptionStatus.Active, StatusReason = null }, cancel);

    /// <summary>Stops sending to an endpoint that answered that it is gone, unless the endpoint has been changed since.</summary>
    internal ValueTask<CatalogResult<Subscription>> DisableAsync(string id, int endpointRevision, string reason, CancellationToken cancel) =>
        EditAsync(
            id,
            s => s.Status != SubscriptionStatus.Active || s.EndpointRevision != endpointRevision
                ? s
                : s with { Status = SubscriptionStatus.Disabled, StatusReason = reason },
            cancel);

    /// <summary>Sends the order to the node that owns the shard, through the catalog.</summary>
    internal async ValueTask OrderAsync(ReleaseOrder order, CancellationToken cancel)
    {
        var reply = await _store.ChangeAsync([CatalogCodec.Encode(order)], cancel);
        await _cache.RefreshAsync(reply.Version);
    }

    /// <summary>The new secret signs at once. The old one signs as well until the overlap ends.</summary>
    public async ValueTask<CatalogResult<Subscription>> RotateSecretAsync(
        string id, ReadOnlyMemory<byte>? secret, TimeSpan overlap, CancellationToken cancel)
    {
        if (secret is { Length: < 24 or > 64 })
            return CatalogResult<Subscription>.Refuse([new("/secret", "(hidden)", "A secret is 'whsec_' followed by 24 to 64 bytes in base64.")]);
        if (overlap < TimeSpan.Zero || overlap > TimeSpan.FromDays(30))
            return CatalogResult<Subscription>.Refuse([new("/overlap", $"{overlap}", "From 0 to 30 days.")]);
        var drawn = secret ?? RandomNumberGenerator.GetBytes(SecretBytes);
        return await EditAsync(
            id, s => s with { Secrets = new Secrets(drawn, s.Secrets.Current, _time.GetUtcNow() + overlap) }, cancel);
    }

    /// <summary>Rewinds the subscription as a new generation. It sends what the present filter matches, from the start on.</summary>
    public async ValueTask<CatalogResult<Subscription>> ReplayAsync(string id, StartFrom from, CancellationToken cancel)
    {
        while (true)
        {
            if (await FindEntryAsync(id, cancel) is not { } there)
                return Missing(id);
            if (there.Subscription.IsDamaged)
                return Damaged(there);
            var next = there.Subscription with { Generation = there.Subscription.Generation + 1, UpdatedAt = _time.GetUtcNow() };
            var stored = CatalogCodec.ToStored(there with { Subscription = next }) with
            {
                Starts = await StartsAsync(from, cancel),
                GenerationVersion = null,
                RewoundAt = null,
                // Only the present filter counts. Which older filters are still stored depends on how far the shards had come at each
                // change, so a replay that used them would not be repeatable.
                Revisions = [new(there.Revisions[^1].Number, CatalogCodec.ToStored(there.Subscription.Filter), new long[_log.ShardCount])],
            };
            if (await TryWriteAsync(id, there, stored, cancel) is { } done)
                return done;
        }
    }

    private async ValueTask<CatalogResult<Subscription>> CreateAsync(SubscriptionDraft draft, Topic topic, StartFrom from, CancellationToken cancel)
    {
        var stored = Drafted(draft, topic) with { Starts = await StartsAsync(from, cancel) };
        var write = new CatalogWrite(CatalogCodec.SubscriptionKind, FullName(draft.Id), topic.Number, 0, CatalogCodec.Encode(stored));
        var reply = await _store.ChangeAsync([write], cancel);
        await _cache.RefreshAsync(reply.Version);
        // A record's number is the catalog version that created it.
        return reply.Conflict is null
            ? CatalogResult<Subscription>.Of(CatalogOutcome.Created, Written(write, (int)reply.Version, reply))
            : Mismatch(await FindEntryAsync(draft.Id, cancel));
    }

    /// <summary>
    /// Replaces a record that cannot be read any more. It is not known what the subscription has been sent, nor with which filter.
    /// </summary>
    /// <remarks>So the subscription begins again, as a replay, with all events that are still kept. Only its secrets are lost.</remarks>
    private async ValueTask<CatalogResult<Subscription>> MendAsync(
        SubscriptionDraft draft, Topic topic, SubscriptionEntry there, CancellationToken cancel)
    {
        if (topic.Number != there.Subscription.TopicNumber)
            return CatalogResult<Subscription>.Refuse(
                [FieldProblem.Of("/topic", draft.Topic,
                    "The topic of a subscription cannot change, and the topic with this name is a new one. Create another subscription.")]);
        var stored = Drafted(draft, topic) with
        {
            Status = draft.Status ?? SubscriptionStatus.Active,
            Starts = new long[_log.ShardCount],
            // Every earlier generation had a version of its own, so this number is higher than all of them.
            Generation = (int)Math.Min(int.MaxValue, there.Subscription.Version + 1),
            EndpointRevision = (int)Math.Min(int.MaxValue, there.Subscription.Version + 1),
        };
        return await TryWriteAsync(draft.Id, there, stored, cancel) ?? Mismatch(await FindEntryAsync(draft.Id, cancel));
    }

    private CatalogCodec.StoredSubscription Drafted(SubscriptionDraft draft, Topic topic)
    {
        var now = _time.GetUtcNow();
        return new()
        {
            Topic = topic.Name,
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
            Revisions = [new(1, CatalogCodec.ToStored(draft.Filter), new long[_log.ShardCount])],
        };
    }

    private async ValueTask<CatalogResult<Subscription>> ChangeAsync(SubscriptionDraft draft, SubscriptionEntry there, CancellationToken cancel)
    {
        var old = there.Subscription;
        if (old.Topic != draft.Topic)
            return CatalogResult<Subscription>.Refuse(
                [FieldProblem.Of("/topic", draft.Topic,
                    $"The topic of a subscription cannot change; it is '{old.Topic}'. Create another subscription.")]);
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
            // The endpoint that answered that it is gone has been replaced: resume.
            Status = draft.Status ?? (moved && old.Status == SubscriptionStatus.Disabled ? SubscriptionStatus.Active : old.Status),
            StatusReason = draft.Status is not null || (moved && old.Status == SubscriptionStatus.Disabled) ? null : old.StatusReason,
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
                    $"{revisions.Count} filter changes of this subscription are still needed to route older events. Wait until it has caught up, or replay it from now.");
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

    // A revision is needed until every shard has passed the place where its successor takes effect.
    private async ValueTask<List<FilterRevision>> StillNeededAsync(SubscriptionEntry there)
    {
        var needed = new List<FilterRevision>();
        for (var i = 0; i < there.Revisions.Count; i++)
        {
            var successor = i + 1 < there.Revisions.Count ? there.Revisions[i + 1] : null;
            // If one revision has not been passed, no later one has.
            if (needed.Count > 0 || successor is null || !await _isPassed(there, successor))
                needed.Add(there.Revisions[i]);
        }
        return needed;
    }

    private async ValueTask<CatalogResult<Subscription>> EditAsync(string id, Func<Subscription, Subscription> edit, CancellationToken cancel)
    {
        while (true)
        {
            if (await FindEntryAsync(id, cancel) is not { } there)
                return Missing(id);
            if (there.Subscription.IsDamaged)
                return Damaged(there);
            var next = edit(there.Subscription);
            if (ReferenceEquals(next, there.Subscription))
                return CatalogResult<Subscription>.Of(CatalogOutcome.Unchanged, next);
            var stored = CatalogCodec.ToStored(there with { Subscription = next with { UpdatedAt = _time.GetUtcNow() } });
            if (await TryWriteAsync(id, there, stored, cancel) is { } done)
                return done;
        }
    }

    /// <summary>Null when another writer changed the record first.</summary>
    private async ValueTask<CatalogResult<Subscription>?> TryWriteAsync(
        string id, SubscriptionEntry there, CatalogCodec.StoredSubscription stored, CancellationToken cancel)
    {
        var write = new CatalogWrite(
            CatalogCodec.SubscriptionKind, FullName(id), there.Subscription.TopicNumber, there.Subscription.Version, CatalogCodec.Encode(stored));
        var reply = await _store.ChangeAsync([write], cancel);
        await _cache.RefreshAsync(reply.Version);
        return reply.Conflict is null ? CatalogResult<Subscription>.Of(CatalogOutcome.Updated, Written(write, there.Subscription.Number, reply)) : null;
    }

    // Returns what this call wrote, not the present record: a caller whose write won must not receive the version of a later writer.
    private static Subscription Written(CatalogWrite write, int number, CatalogReply reply) => CatalogCodec.DecodeSubscription(
        new CatalogRecord(write.Kind, write.Id, number, write.Parent, reply.Version, reply.Heads, write.Body)).Subscription;

    private async ValueTask<long[]?> StartsAsync(StartFrom from, CancellationToken cancel)
    {
        var starts = new long[_log.ShardCount];
        for (var shard = 0; shard < starts.Length; shard++)
        {
            switch (from)
            {
                case StartFrom.Now:
                    return null; // The store stamps the heads at the moment of the change.
                case StartFrom.Earliest:
                    starts[shard] = (await _log.BoundsAsync(new ShardId(shard), cancel)).First - 1;
                    break;
                case StartFrom.Time time:
                    starts[shard] = await _log.FindByTimeAsync(new ShardId(shard), time.At, cancel) - 1;
                    break;
                case StartFrom.Sequence sequence:
                    starts[shard] = Math.Max(0, sequence.At - 1);
                    break;
                default:
                    throw new UnreachableException($"{from}");
            }
        }
        return starts;
    }

    private static CatalogResult<Subscription> Damaged(SubscriptionEntry there) =>
        CatalogResult<Subscription>.Of(
            CatalogOutcome.Damaged, there.Subscription, $"Subscription '{there.Subscription.Id}' is {Subscription.DamagedReason}");

    private static CatalogResult<Subscription> Missing(string id) =>
        CatalogResult<Subscription>.Of(CatalogOutcome.NotFound, null, $"There is no subscription '{id}'.");

    private static CatalogResult<Subscription> Mismatch(SubscriptionEntry? there) => CatalogResult<Subscription>.Of(
        CatalogOutcome.VersionMismatch, there?.Subscription,
        there is null ? "It does not exist." : $"It was changed at the same time; its version is now {there.Subscription.Version}. Read it again, then repeat the change.");

    /// <summary>Reads the topic from the store. Decisions must not rest on the directory, which can be a second old.</summary>
    internal ValueTask<Topic?> TopicNowAsync(string name, CancellationToken cancel) => _cache.Topics.AskAsync(FullName(name), cancel);

    // Reads one record more than the limit, to learn whether there is another page.
    private ValueTask<IReadOnlyList<CatalogRecord>> PageAsync(string kind, int? parent, int limit, string? cursor, CancellationToken cancel) =>
        _store.FindAsync(new CatalogQuery.Page(kind, parent, cursor is null ? null : FullName(cursor), limit + 1) { Tenant = Tenant }, cancel);

    private static Page<T> PageOf<T>(IReadOnlyList<CatalogRecord> records, Func<CatalogRecord, T> decode, int limit) =>
        new([.. records.Take(limit).Select(decode)], records.Count > limit ? TenantId.Split(records[limit - 1].Id).Name : null);

    private string FullName(string name) => Tenant.FullName(name);
}
