using System.Diagnostics;
using System.Globalization;
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
    private const int ReadAtOnce = 1000;

    // A page of a list by labels ends after this many records, so that one request does not read a whole catalog.
    private const int MostSearched = 10_000;

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
        ICatalogStore store, IEventLog log, CatalogCache cache, ChannelSet channels, TimeProvider time,
        Func<SubscriptionEntry, FilterRevision, ValueTask<bool>> isPassed)
    {
        (_store, _log, _cache, _channels, _time, _isPassed) = (store, log, cache, channels, time, isPassed);
    }

    private Catalog(Catalog other, TenantId tenant, string caller)
        : this(other._store, other._log, other._cache, other._channels, other._time, other._isPassed) =>
        (Tenant, Caller) = (tenant, caller);

    public TenantId Tenant { get; }

    /// <summary>
    /// The name of whoever orders changes through this object. It is stored with pauses, resumes and replays; empty for none.
    /// </summary>
    public string Caller { get; } = "";

    /// <summary>The catalog of another tenant.</summary>
    public Catalog Of(TenantId tenant) => tenant == Tenant ? this : new(this, tenant, Caller);

    /// <summary>The same catalog for orders of this caller.</summary>
    public Catalog By(string caller) => new(this, Tenant, CallerName.Bounded(caller));

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
    public ValueTask<Page<Topic>> TopicsAsync(int limit, string? cursor, CancellationToken cancel) =>
        TopicsAsync(TextMap.Empty, limit, cursor, cancel);

    /// <summary>Those with all of the labels. A page can have fewer topics than the limit, and still not be the last one.</summary>
    public ValueTask<Page<Topic>> TopicsAsync(TextMap labels, int limit, string? cursor, CancellationToken cancel) =>
        PageAsync(CatalogCodec.TopicKind, null, labels, limit, cursor, CatalogCodec.DecodeTopic, topic => topic.Labels, cancel);

    public ValueTask<CatalogResult<Topic>> PutTopicAsync(string name, CancellationToken cancel) => PutTopicAsync(name, null, null, cancel);

    /// <summary>Creates a topic, or changes the labels of the one that is there.</summary>
    /// <param name="labels">Null keeps the present ones.</param>
    /// <param name="ifVersion">0 means "must not exist", null any version.</param>
    public async ValueTask<CatalogResult<Topic>> PutTopicAsync(string name, TextMap? labels, long? ifVersion, CancellationToken cancel)
    {
        if (SubscriptionRules.CheckTopic(name, labels ?? TextMap.Empty) is { Count: > 0 } problems)
            return CatalogResult<Topic>.Refuse(problems);
        while (true)
        {
            var there = await TopicNowAsync(name, cancel);
            if (ifVersion is { } expected && expected != (there?.Version ?? 0))
                return CatalogResult<Topic>.Of(CatalogOutcome.VersionMismatch, there, MismatchOf(there?.Version));
            if (there is not null && (labels is null || labels.Equals(there.Labels)))
                return CatalogResult<Topic>.Of(CatalogOutcome.Unchanged, there);
            var stored = new CatalogCodec.StoredTopic(there?.CreatedAt ?? _time.GetUtcNow())
            {
                Labels = CatalogCodec.ToStored(labels ?? TextMap.Empty),
            };
            var write = new CatalogWrite(CatalogCodec.TopicKind, FullName(name), 0, there?.Version ?? 0, CatalogCodec.Encode(stored));
            var reply = await _store.ChangeAsync([write], cancel);
            await _cache.RefreshAsync(reply.Version);
            if (reply.Conflict is not null)
                continue;
            return there is null
                ? CatalogResult<Topic>.Of(CatalogOutcome.Created, await TopicNowAsync(name, cancel))
                : CatalogResult<Topic>.Of(CatalogOutcome.Updated, CatalogCodec.DecodeTopic(RecordOf(write, there.Number, reply)));
        }
    }

    public ValueTask<CatalogResult<Topic>> DeleteTopicAsync(string name, bool force, CancellationToken cancel) =>
        DeleteTopicAsync(name, force, null, cancel);

    /// <summary>
    /// With <paramref name="force"/> its subscriptions are deleted too. Without it, a topic that has subscriptions is in use and stays.
    /// </summary>
    /// <param name="ifVersion">Null for any version.</param>
    public async ValueTask<CatalogResult<Topic>> DeleteTopicAsync(string name, bool force, long? ifVersion, CancellationToken cancel)
    {
        if (await TopicNowAsync(name, cancel) is not { } topic)
            return CatalogResult<Topic>.Of(CatalogOutcome.NotFound, null, $"There is no topic '{name}'.");
        if (ifVersion is { } expected && expected != topic.Version)
            return CatalogResult<Topic>.Of(CatalogOutcome.VersionMismatch, topic);
        var dependants = await _store.FindAsync(new CatalogQuery.ByParent(CatalogCodec.SubscriptionKind, [topic.Number]), cancel);
        if (dependants.Count > 0 && !force)
            return CatalogResult<Topic>.Of(
                CatalogOutcome.InUse, topic,
                $"Topic '{name}' has {dependants.Count} subscriptions. Delete them first, or use "
                    + "force=true to delete them with the topic.");
        var secrets = await _store.FindAsync(new CatalogQuery.ByParent(CatalogCodec.SecretKind, [topic.Number]), cancel);
        var writes = dependants.Select(s => new CatalogWrite(s.Kind, s.Id, s.Parent, s.Version, null))
            .Concat(secrets.Select(s => new CatalogWrite(s.Kind, s.Id, s.Parent, null, null)))
            .Append(new CatalogWrite(CatalogCodec.TopicKind, topic.FullName, 0, topic.Version, null)).ToList();
        var reply = await _store.ChangeAsync(writes, cancel);
        await _cache.RefreshAsync(reply.Version);
        return reply.Conflict is null
            ? CatalogResult<Topic>.Of(CatalogOutcome.Deleted, topic)
            : CatalogResult<Topic>.Of(
                CatalogOutcome.VersionMismatch, topic, "The topic or one of its subscriptions was changed at the same time. Try again.");
    }

    /// <summary>Reads the subscription from the store, whichever node changed it last.</summary>
    public async ValueTask<Subscription?> FindSubscriptionAsync(string id, CancellationToken cancel) =>
        (await FindEntryAsync(id, cancel))?.Subscription;

    /// <summary>Loads a topic's subscriptions into memory and keeps them there.</summary>
    public async ValueTask<HeldTopic> HoldAsync(Topic topic, CancellationToken cancel)
    {
        var holds = new TopicHolds();
        await _cache.HoldAsync([topic.Number], holds, cancel);
        return new(topic, _cache, holds);
    }

    /// <summary>The subscriptions of the topic that this node has in memory: all of them, or none.</summary>
    public IEnumerable<Subscription> LoadedSubscriptions(Topic topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return _cache.Snapshot.RoutesOf(topic.Number).Subscriptions.Select(entry => entry.Subscription);
    }

    /// <summary>Brings this node's copy of the catalog up to the store's present version, whichever node made the changes.</summary>
    public async ValueTask CatchUpAsync(CancellationToken cancel)
    {
        var changes = await _store.ReadAsync(_cache.Snapshot.Version, 1, cancel);
        // A read with a limit of one record ends at the first change. The refresh reads on to the last change.
        await _cache.RefreshAsync(changes.Version);
    }

    /// <summary>Sorted by id.</summary>
    public ValueTask<Page<Subscription>> SubscriptionsAsync(string? topic, int limit, string? cursor, CancellationToken cancel) =>
        SubscriptionsAsync(topic, TextMap.Empty, limit, cursor, cancel);

    /// <summary>
    /// Those with all of the labels. A page can have fewer subscriptions than the limit, or none, and still not be the last one.
    /// </summary>
    public async ValueTask<Page<Subscription>> SubscriptionsAsync(
        string? topic, TextMap labels, int limit, string? cursor, CancellationToken cancel)
    {
        int? parent = null;
        if (topic is not null)
        {
            if (await TopicNowAsync(topic, cancel) is not { } found)
                return new([], null);
            parent = found.Number;
        }
        return await PageAsync(
            CatalogCodec.SubscriptionKind, parent, labels, limit, cursor, record => CatalogCodec.DecodeSubscription(record).Subscription,
            subscription => subscription.Labels, cancel);
    }

    /// <summary>The secrets of the subscription's endpoint. Null when there is no such subscription.</summary>
    public async ValueTask<Secrets?> FindSecretsAsync(string id, CancellationToken cancel) =>
        (await FindWithSecretsAsync(id, cancel))?.Secrets;

    internal async ValueTask<SubscriptionEntry?> FindEntryAsync(string id, CancellationToken cancel) =>
        SubscriptionRules.IsName(id)
            && await _store.FindAsync(new CatalogQuery.ById(CatalogCodec.SubscriptionKind, FullName(id)), cancel) is [var record]
            ? CatalogCodec.DecodeSubscription(record)
            : null;

    /// <summary>The subscription together with the secrets of its endpoint.</summary>
    internal async ValueTask<SubscriptionEntry?> FindWithSecretsAsync(string id, CancellationToken cancel)
    {
        if (await FindEntryAsync(id, cancel) is not { } found)
            return null;
        // A damaged record does not say whether it has a secret.
        var reference = found.Subscription.IsDamaged ? new SecretReference(id) : found.Subscription.Endpoint.Secret;
        if (reference is null)
            return found;
        var secrets = await _store.FindAsync(new CatalogQuery.ById(CatalogCodec.SecretKind, FullName(reference.Id)), cancel);
        return secrets is [var record] ? found with { Secrets = CatalogCodec.DecodeSecret(record) } : found;
    }

    /// <summary>Subscriptions of any tenant by their numbers. Deleted ones are missing from the result.</summary>
    internal async ValueTask<Dictionary<int, Subscription>> FindSubscriptionsAsync(
        IReadOnlyCollection<int> numbers, CancellationToken cancel)
    {
        var records = numbers.Count == 0
            ? []
            : await _store.FindAsync(new CatalogQuery.ByNumber(CatalogCodec.SubscriptionKind, numbers), cancel);
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
        if (draft.Reports is { Topic: var reports } && await TopicNowAsync(reports, cancel) is null)
            return CatalogResult<Subscription>.Refuse([new("/reports/topic", reports, "The topic must exist; create it first.")]);
        if (await TopicNowAsync(draft.Topic, cancel) is not { } topic)
            return CatalogResult<Subscription>.Of(CatalogOutcome.NotFound, null, $"There is no topic '{draft.Topic}'.");
        var there = await FindWithSecretsAsync(draft.Id, cancel);
        if (ifVersion is { } expected && expected != (there?.Subscription.Version ?? 0))
            return Mismatch(there);
        var (found, isNew) = SecretsFor(draft, there);
        if (found is not { } secrets)
            return CatalogResult<Subscription>.Refuse([new("/secret", "", "Endpoints of this channel need a secret. Give it here.")]);
        var result = there is null ? await CreateAsync(draft, topic, secrets, from, cancel)
            : there.Subscription.IsDamaged ? await MendAsync(draft, topic, secrets, there, cancel)
            : await ChangeAsync(draft, secrets, there, cancel);
        return result with { HasNewSecret = result.Done && isNew };
    }

    public async ValueTask<CatalogResult<Subscription>> DeleteSubscriptionAsync(string id, long? ifVersion, CancellationToken cancel)
    {
        if (await FindEntryAsync(id, cancel) is not { } there)
            return Missing(id);
        var subscription = there.Subscription;
        var write = new CatalogWrite(CatalogCodec.SubscriptionKind, FullName(id), subscription.TopicNumber, ifVersion, null);
        var reference = subscription.IsDamaged ? new SecretReference(id) : subscription.Endpoint.Secret;
        var reply = await _store.ChangeAsync(
            reference is null ? [write] : [write, SecretWrite(reference, subscription.TopicNumber, Secrets.None)], cancel);
        await _cache.RefreshAsync(reply.Version);
        return reply.Conflict is null ? CatalogResult<Subscription>.Of(CatalogOutcome.Deleted, there.Subscription) : Mismatch(there);
    }

    public ValueTask<CatalogResult<Subscription>> PauseAsync(string id, CancellationToken cancel) =>
        EditAsync(id, s => WithStatus(s, SubscriptionStatus.Paused, null, Caller), cancel);

    /// <summary>
    /// Also resumes a subscription that Herald disabled. Waiting lane heads become due at once, spread over a short time.
    /// </summary>
    public ValueTask<CatalogResult<Subscription>> ResumeAsync(string id, CancellationToken cancel) =>
        EditAsync(id, s => WithStatus(s, SubscriptionStatus.Active, null, Caller), cancel);

    /// <summary>Stops sending to an endpoint that answered that it is gone, unless the endpoint has been changed since.</summary>
    internal ValueTask<CatalogResult<Subscription>> DisableAsync(
        string id, int endpointRevision, string reason, CancellationToken cancel) =>
        EditAsync(
            id,
            s => s.Status != SubscriptionStatus.Active || s.EndpointRevision != endpointRevision
                ? s
                : WithStatus(s, SubscriptionStatus.Disabled, reason, ""),
            cancel);

    /// <summary>Sends the order to the node that owns the shard, through the catalog.</summary>
    internal async ValueTask OrderAsync(ReleaseOrder order, CancellationToken cancel)
    {
        var reply = await _store.ChangeAsync([CatalogCodec.Encode(order)], cancel);
        await _cache.RefreshAsync(reply.Version);
    }

    /// <summary>
    /// The new secret is valid at once. The old one is valid as well until the overlap ends. There is no place for a third one, so another
    /// rotation waits for that end, unless the caller gives the promise up.
    /// </summary>
    /// <param name="overlap">Zero ends every old secret at once, also one that still signs.</param>
    /// <param name="endOverlap">Whether a secret from an earlier rotation may end now.</param>
    public async ValueTask<CatalogResult<Subscription>> RotateSecretAsync(
        string id, ReadOnlyMemory<byte>? secret, TimeSpan overlap, bool endOverlap, CancellationToken cancel)
    {
        if (overlap < TimeSpan.Zero || overlap > TimeSpan.FromDays(30))
            return CatalogResult<Subscription>.Refuse([new("/overlap", $"{overlap}", "From 0 to 30 days.")]);
        while (true)
        {
            if (await FindWithSecretsAsync(id, cancel) is not { } there)
                return Missing(id);
            if (there.Subscription.IsDamaged)
                return Damaged(there);
            var address = there.Subscription.Endpoint.Address;
            if (_channels.Find(address)?.Secret is not { } rules)
                return CatalogResult<Subscription>.Of(
                    CatalogOutcome.NoSecret, there.Subscription, $"Endpoints with the scheme {address.Scheme} have no secret.");
            if (EndpointCheck.CheckSecret(secret, rules, address.Scheme) is { } problem)
                return CatalogResult<Subscription>.Refuse([problem]);
            if ((secret ?? (rules.Draw is { } draw ? draw() : (ReadOnlyMemory<byte>?)null)) is not { } next)
                return CatalogResult<Subscription>.Refuse([new("/secret", "", "Endpoints of this channel need a secret. Give it here.")]);
            var now = _time.GetUtcNow();
            if (!endOverlap && overlap > TimeSpan.Zero && there.Secrets.PreviousUntil is { } until && until > now)
                return CatalogResult<Subscription>.Of(
                    CatalogOutcome.OverlapRuns, there.Subscription,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The secret from before the last rotation signs until {until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}, "
                            + $"because receivers can still have it. Rotate after that, or end it now with endOverlap."));
            // The old secret can be lost: then there is none that stays valid.
            var secrets = there.Secrets.AreNone ? new Secrets(next, default, null)
                : new Secrets(next, there.Secrets.Current, now + overlap);
            var changed = there.Subscription with
            {
                Endpoint = there.Subscription.Endpoint with { Secret = new SecretReference(id) },
                UpdatedAt = now,
            };
            if (await TryWriteAsync(id, there, CatalogCodec.ToStored(there with { Subscription = changed }), secrets, cancel) is { } done)
                return done;
        }
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
            var now = _time.GetUtcNow();
            var next = there.Subscription with
            {
                Generation = there.Subscription.Generation + 1,
                UpdatedAt = now,
                ReplayedAt = now,
                ReplayedBy = NameOrNull(Caller),
            };
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

    /// <summary>
    /// The secrets of the endpoint of a valid draft: the present ones, those that it gives, or new ones that its channel makes. Null when
    /// only the caller can give them.
    /// </summary>
    private (Secrets? Secrets, bool AreMade) SecretsFor(SubscriptionDraft draft, SubscriptionEntry? there)
    {
        var present = there?.Secrets ?? Secrets.None;
        if (_channels.Find(new Uri(draft.Endpoint))!.Secret is not { } rules)
            return (Secrets.None, false);
        if (draft.Secret is { } given)
            return (given.Span.SequenceEqual(present.Current.Span) ? present : new Secrets(given, default, null), false);
        if ((!present.AreNone && !draft.RenewsSecret) || (draft.KeepsSecret && there is { LacksSecret: true }))
            return (present, false);
        return rules.Draw is { } draw ? (new Secrets(draw(), default, null), true) : (null, false);
    }

    private async ValueTask<CatalogResult<Subscription>> CreateAsync(
        SubscriptionDraft draft, Topic topic, Secrets secrets, StartFrom from, CancellationToken cancel)
    {
        var stored = Drafted(draft, topic, secrets) with { Starts = await StartsAsync(from, cancel) };
        var write = new CatalogWrite(CatalogCodec.SubscriptionKind, FullName(draft.Id), topic.Number, 0, CatalogCodec.Encode(stored));
        var reply = await _store.ChangeAsync(
            secrets.AreNone ? [write] : [write, SecretWrite(new SecretReference(draft.Id), topic.Number, secrets)], cancel);
        await _cache.RefreshAsync(reply.Version);
        // A record's number is the catalog version that created it.
        return reply.Conflict is null
            ? CatalogResult<Subscription>.Of(CatalogOutcome.Created, Written(write, (int)reply.Version, reply)) with { Secrets = secrets }
            : Mismatch(await FindEntryAsync(draft.Id, cancel));
    }

    /// <summary>
    /// Replaces a record that cannot be read any more. It is not known what the subscription has been sent, nor with which filter.
    /// </summary>
    /// <remarks>
    /// So the subscription begins again, as a replay, with all events that are still kept. Its secret is a record of its own, and stays.
    /// </remarks>
    private async ValueTask<CatalogResult<Subscription>> MendAsync(
        SubscriptionDraft draft, Topic topic, Secrets secrets, SubscriptionEntry there, CancellationToken cancel)
    {
        if (topic.Number != there.Subscription.TopicNumber)
            return CatalogResult<Subscription>.Refuse(
                [FieldProblem.Of("/topic", draft.Topic,
                    "The topic of a subscription cannot change, and the topic with this name is a new one. Create another subscription.")]);
        var stored = Drafted(draft, topic, secrets) with
        {
            Status = draft.Status ?? SubscriptionStatus.Active,
            Starts = new long[_log.ShardCount],
            // Every earlier generation had a version of its own, so this number is higher than all of them.
            Generation = (int)Math.Min(int.MaxValue, there.Subscription.Version + 1),
            EndpointRevision = (int)Math.Min(int.MaxValue, there.Subscription.Version + 1),
        };
        return await TryWriteAsync(draft.Id, there, stored, secrets, cancel) ?? Mismatch(await FindEntryAsync(draft.Id, cancel));
    }

    private CatalogCodec.StoredSubscription Drafted(SubscriptionDraft draft, Topic topic, Secrets secrets)
    {
        var now = _time.GetUtcNow();
        return new()
        {
            Topic = topic.Name,
            Endpoint = draft.Endpoint,
            Settings = CatalogCodec.ToStored(draft.Settings),
            Secret = secrets.AreNone ? null : draft.Id,
            Description = draft.Description,
            Labels = CatalogCodec.ToStored(draft.Labels),
            Retry = CatalogCodec.ToStored(draft.Retry),
            MaxInFlight = draft.Limits.MaxInFlight,
            RatePerSecond = draft.Limits.RatePerSecond,
            TimeoutMs = (long)draft.Limits.Timeout.TotalMilliseconds,
            FixedInFlight = draft.Limits.FixedInFlight,
            Reports = draft.Reports,
            CreatedAt = now,
            UpdatedAt = now,
            Revisions = [new(1, CatalogCodec.ToStored(draft.Filter), new long[_log.ShardCount])],
        };
    }

    private async ValueTask<CatalogResult<Subscription>> ChangeAsync(
        SubscriptionDraft draft, Secrets secrets, SubscriptionEntry there, CancellationToken cancel)
    {
        var old = there.Subscription;
        if (old.Topic != draft.Topic)
            return CatalogResult<Subscription>.Refuse(
                [FieldProblem.Of("/topic", draft.Topic,
                    $"The topic of a subscription cannot change; it is '{old.Topic}'. Create another subscription.")]);
        var moved = old.Endpoint.Address.OriginalString != draft.Endpoint || !old.Endpoint.Settings.Equals(draft.Settings);
        var address = new Uri(draft.Endpoint);
        // A secret that cannot be read is still referred to. Otherwise the endpoint would get messages without a signature.
        var reference = _channels.Find(address)!.Secret is null ? null : new SecretReference(draft.Id);
        var next = old with
        {
            Endpoint = new Endpoint(address, draft.Settings, reference),
            EndpointRevision = moved ? old.EndpointRevision + 1 : old.EndpointRevision,
            Description = draft.Description,
            Labels = draft.Labels,
            Retry = draft.Retry,
            Limits = draft.Limits,
            Reports = draft.Reports,
        };
        // The endpoint that answered that it is gone has been replaced: resume.
        if ((draft.Status ?? (moved && old.Status == SubscriptionStatus.Disabled ? SubscriptionStatus.Active : null)) is { } status)
            next = WithStatus(next, status, null, Caller);
        var filterChanged = !draft.Filter.Equals(old.Filter);
        if (next == old && ReferenceEquals(secrets, there.Secrets) && !filterChanged)
            return CatalogResult<Subscription>.Of(CatalogOutcome.Unchanged, old) with { Secrets = secrets };
        var stored = CatalogCodec.ToStored(there with { Subscription = next with { UpdatedAt = _time.GetUtcNow() } });
        if (filterChanged)
        {
            var revisions = await StillNeededAsync(there);
            if (revisions.Count >= MostRevisions)
                return CatalogResult<Subscription>.Of(
                    CatalogOutcome.InUse, old,
                    $"{revisions.Count} filter changes of this subscription are still needed to route older events. Wait until "
                        + "it has caught up, or replay it from now.");
            stored = stored with
            {
                Revisions =
                [
                    .. revisions.Select(r => new CatalogCodec.StoredRevision(r.Number, CatalogCodec.ToStored(r.Filter), r.After)),
                    new(there.Revisions[^1].Number + 1, CatalogCodec.ToStored(draft.Filter), null),
                ],
            };
        }
        return await TryWriteAsync(draft.Id, there, stored, secrets, cancel) ?? Mismatch(there);
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

    private async ValueTask<CatalogResult<Subscription>> EditAsync(
        string id, Func<Subscription, Subscription> edit, CancellationToken cancel)
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

    /// <summary>The same subscription when it has this status already.</summary>
    private Subscription WithStatus(Subscription subscription, SubscriptionStatus status, string? reason, string by) =>
        subscription.Status == status ? subscription
        : subscription with { Status = status, StatusReason = reason, StatusSince = _time.GetUtcNow(), StatusBy = NameOrNull(by) };

    private static string? NameOrNull(string name) => name.Length == 0 ? null : name;

    /// <summary>Null when another writer changed the record first. The secrets stay as they are.</summary>
    private ValueTask<CatalogResult<Subscription>?> TryWriteAsync(
        string id, SubscriptionEntry there, CatalogCodec.StoredSubscription stored, CancellationToken cancel) =>
        TryWriteAsync(id, there, stored, there.Secrets, cancel);

    private async ValueTask<CatalogResult<Subscription>?> TryWriteAsync(
        string id, SubscriptionEntry there, CatalogCodec.StoredSubscription stored, Secrets secrets, CancellationToken cancel)
    {
        var write = new CatalogWrite(
            CatalogCodec.SubscriptionKind, FullName(id), there.Subscription.TopicNumber, there.Subscription.Version,
            CatalogCodec.Encode(stored));
        var secret = SecretWrite(new SecretReference(id), there.Subscription.TopicNumber, secrets);
        var reply = await _store.ChangeAsync(ReferenceEquals(secrets, there.Secrets) ? [write] : [write, secret], cancel);
        await _cache.RefreshAsync(reply.Version);
        if (reply.Conflict is not null)
            return null;
        var written = Written(write, there.Subscription.Number, reply);
        return CatalogResult<Subscription>.Of(CatalogOutcome.Updated, written) with { Secrets = secrets };
    }

    private CatalogWrite SecretWrite(SecretReference reference, int topic, Secrets secrets) =>
        CatalogCodec.Encode(FullName(reference.Id), topic, secrets);

    private static Subscription Written(CatalogWrite write, int number, CatalogReply reply) =>
        CatalogCodec.DecodeSubscription(RecordOf(write, number, reply)).Subscription;

    // Callers get what their call wrote, not the present record: a caller whose write won must not receive the version of a later writer.
    private static CatalogRecord RecordOf(CatalogWrite write, int number, CatalogReply reply) =>
        new(write.Kind, write.Id, number, write.Parent, reply.Version, reply.Heads, write.Body);

    /// <summary>Per shard, the sequence above which to begin; null for the heads at the moment of a change.</summary>
    internal async ValueTask<long[]?> StartsAsync(StartFrom from, CancellationToken cancel)
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
                    // Nothing that is accepted later may be left out.
                    starts[shard] = Math.Clamp(sequence.At - 1, 0, (await _log.BoundsAsync(new ShardId(shard), cancel)).Last);
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
        MismatchOf(there?.Subscription.Version));

    private static string MismatchOf(long? version) =>
        version is null ? "It does not exist."
        : $"It was changed at the same time; its version is now {version}. Read it again, then repeat the change.";

    /// <summary>Reads the topic from the store. Decisions must not rest on the directory, which can be a second old.</summary>
    internal ValueTask<Topic?> TopicNowAsync(string name, CancellationToken cancel) => _cache.Topics.AskAsync(FullName(name), cancel);

    /// <summary>
    /// This tenant's records with all of the labels. Cursors are its own names. Stores do not know labels, so many records can be read for
    /// one page.
    /// </summary>
    private async ValueTask<Page<T>> PageAsync<T>(
        string kind, int? parent, TextMap labels, int limit, string? cursor, Func<CatalogRecord, T> decode, Func<T, TextMap> labelsOf,
        CancellationToken cancel)
    {
        var (found, atOnce) = (new List<T>(), labels.Count == 0 ? limit : ReadAtOnce);
        for (var searched = 0; ; searched += atOnce)
        {
            if (searched >= MostSearched)
                return new(found, cursor);
            // One record more, to learn whether there is another page.
            var after = cursor is null ? null : FullName(cursor);
            var records = await _store.FindAsync(new CatalogQuery.Page(kind, parent, after, atOnce + 1) { Tenant = Tenant }, cancel);
            for (var i = 0; i < Math.Min(records.Count, atOnce); i++)
            {
                cursor = TenantId.Split(records[i].Id).Name;
                var item = decode(records[i]);
                if (labelsOf(item).Includes(labels))
                    found.Add(item);
                if (found.Count == limit)
                    return new(found, i + 1 < records.Count ? cursor : null);
            }
            if (records.Count <= atOnce)
                return new(found, null);
        }
    }

    private string FullName(string name) => Tenant.FullName(name);
}
