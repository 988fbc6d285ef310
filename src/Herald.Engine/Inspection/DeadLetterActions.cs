using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Shards;
using Herald.Engine.Stores;

namespace Herald.Engine.Inspection;

/// <summary>Lists, redrives and discards the dead letters of one tenant. Names are the tenant's own.</summary>
public sealed class DeadLetterActions
{
    private const int PageSize = 500;

    // The history is bounded, and a line for each of millions of letters would displace the attempts of all others.
    internal const int MostTold = 100_000;

    private readonly IDeadLetterStore _store;
    private readonly Catalog _catalog;
    private readonly EventCopier _encoder;
    private readonly TimeProvider _time;

    internal DeadLetterActions(IDeadLetterStore store, Catalog catalog, EventCopier encoder, TimeProvider time) =>
        (_store, _catalog, _encoder, _time) = (store, catalog, encoder, time);

    private TenantId Tenant => _catalog.Tenant;

    /// <summary>The dead letters of the catalog's tenant, for orders of the catalog's caller.</summary>
    internal DeadLetterActions Of(Catalog catalog) => new(_store, catalog, _encoder, _time);

    /// <summary>The same dead letters for orders of this caller. The history keeps the name.</summary>
    public DeadLetterActions By(string caller) => Of(_catalog.By(caller));

    /// <summary>Makes the id that users see: opaque, stable, <c>[A-Za-z0-9_-]</c>.</summary>
    public static string Format(DeadLetterId id) => id.ToText();

    public static bool TryParse(string text, out DeadLetterId id)
    {
        var parts = text.Split('_');
        id = default;
        if (parts.Length != 5 || parts[0] != "dl" || !int.TryParse(parts[1], out var shard) || !int.TryParse(parts[2], out var subscription)
            || !int.TryParse(parts[3], out var generation) || !long.TryParse(parts[4], out var sequence))
            return false;
        id = new(new ShardId(shard), subscription, generation, sequence);
        return true;
    }

    public async ValueTask<DeadLetterPage> ListAsync(DeadLetterQuery query, CancellationToken cancel)
    {
        var page = await _store.ListAsync(
            query with { Tenant = Tenant, SubscriptionId = FullName(query.SubscriptionId), Topic = FullName(query.Topic) }, cancel);
        return page with { Items = [.. page.Items.Select(Named)] };
    }

    public async ValueTask<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancel) =>
        await FindOwnAsync(id, cancel) is { } letter ? Named(letter) : null;

    /// <summary>
    /// Sends dead letters again, at the end of their keys. Returns how many of them still existed. A dead letter stays if its subscription
    /// no longer exists, or if its event is damaged.
    /// </summary>
    public async ValueTask<int> RedriveAsync(IReadOnlyList<DeadLetterId> ids, CancellationToken cancel)
    {
        var redrives = new List<Redrive>();
        foreach (var id in ids)
        {
            if (await FindOwnAsync(id, cancel) is { } letter)
                redrives.AddRange(await AddressAsync([letter], isTold: true, cancel));
        }
        return redrives.Count == 0 ? 0 : await _store.RedriveAsync(redrives, cancel);
    }

    /// <summary>
    /// Sends again all dead letters of a subscription, or all there are. Works in pages, so that memory stays bounded. Dead letters that
    /// are added meanwhile may or may not be included. The history tells of the first <see cref="MostTold"/>.
    /// </summary>
    public ValueTask<int> RedriveAllAsync(string? subscriptionId, CancellationToken cancel) =>
        ForAllAsync<Redrive>(
            subscriptionId,
            AddressAsync,
            (redrives, token) => _store.RedriveAsync(redrives, token),
            cancel);

    public async ValueTask<int> DiscardAsync(IReadOnlyList<DeadLetterId> ids, CancellationToken cancel)
    {
        var own = new List<Discard>(ids.Count);
        foreach (var id in ids)
        {
            if (await FindOwnAsync(id, cancel) is not null)
                own.Add(DiscardOf(id, isTold: true));
        }
        return await _store.DiscardAsync(own, cancel);
    }

    public ValueTask<int> DiscardAllAsync(string? subscriptionId, CancellationToken cancel) =>
        ForAllAsync<Discard>(
            subscriptionId,
            (page, isTold, _) => new(page.Select(letter => DiscardOf(letter.Id, isTold)).ToList()),
            (discards, token) => _store.DiscardAsync(discards, token),
            cancel);

    private async ValueTask<int> ForAllAsync<T>(
        string? subscriptionId, Func<IReadOnlyList<DeadLetter>, bool, CancellationToken, ValueTask<List<T>>> choose,
        Func<List<T>, CancellationToken, ValueTask<int>> act, CancellationToken cancel)
    {
        var (done, cursor) = (0, default(string));
        do
        {
            var page = await _store.ListAsync(
                new DeadLetterQuery(FullName(subscriptionId), null, PageSize, cursor) { Tenant = Tenant }, cancel);
            var chosen = await choose(page.Items, done < MostTold, cancel);
            if (chosen.Count > 0)
                done += await act(chosen, cancel);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return done;
    }

    private async ValueTask<List<Redrive>> AddressAsync(IReadOnlyList<DeadLetter> letters, bool isTold, CancellationToken cancel)
    {
        var subscriptions = await _catalog.FindSubscriptionsAsync([.. letters.Select(letter => letter.Id.Subscription).Distinct()], cancel);
        var redrives = new List<Redrive>(letters.Count);
        foreach (var letter in letters)
        {
            // A subscription whose record is damaged would not receive the event.
            if (!letter.HasRecord || !subscriptions.TryGetValue(letter.Id.Subscription, out var subscription) || subscription.IsDamaged)
                continue;
            var view = new EventView(letter.Record);
            var original = view.OriginalSequence > 0 ? view.OriginalSequence : letter.Id.Sequence;
            var (id, copy) = (letter.Id, _encoder.Address(view, subscription.TopicNumber, subscription.FullId, original));
            redrives.Add(new Redrive(id, copy)
            {
                History = isTold ? sequence => AttemptHistory.OfRedrive(id, sequence, copy.Index.AcceptedAtMs, _catalog.Caller) : null,
            });
        }
        return redrives;
    }

    // A dead letter without a subscription ended no delivery, so there is no delivery whose history could tell of it.
    private Discard DiscardOf(DeadLetterId id, bool isTold) => new(
        id,
        !isTold || id.Subscription == 0 ? null : AttemptHistory.OfDiscard(id, _time.GetUtcNow().ToUnixTimeMilliseconds(), _catalog.Caller));

    // An id is no secret, so it may be that of another tenant's dead letter.
    private async ValueTask<DeadLetter?> FindOwnAsync(DeadLetterId id, CancellationToken cancel) =>
        await _store.FindAsync(id, cancel) is { } letter && Tenant.Owns(letter.Topic) ? letter : null;

    private string? FullName(string? name) => name is null ? null : Tenant.FullName(name);

    private static DeadLetter Named(DeadLetter letter) =>
        letter with { SubscriptionId = TenantId.Split(letter.SubscriptionId).Name, Topic = TenantId.Split(letter.Topic).Name };
}
