using Herald.Engine.Stores;

namespace Herald.Contracts.Stores.Histories;

/// <summary>The log of a shard: its events, the ids it remembers, and what it must not lose.</summary>
public sealed class ModelLog
{
    private readonly Dictionary<(string Key, string Id), ModelEvent> _remembered = [];

    public List<ModelEvent> Events { get; } = [];
    public long Last => Events.Count;

    /// <summary>Retention can free every event below this sequence, except those of kept keys.</summary>
    public long SettledBelow { get; private set; }

    /// <summary>By key hash: the first event of the key that must stay.</summary>
    public Dictionary<ulong, long> Kept { get; } = [];

    public IEnumerable<ModelEvent> There => Events.Where(one => !one.MayBeGone);

    /// <summary>The allowed answers to an append. The first is the answer when nothing is old and nothing has been freed.</summary>
    /// <param name="rememberedSinceMs">The store can forget ids of events older than this.</param>
    /// <param name="isShort">The store moves and frees events at any moment, and forgets the ids of freed events.</param>
    public IReadOnlyList<Appended> Allowed(ModelEvent one, long rememberedSinceMs, bool isShort)
    {
        var accepted = new Appended(Verdict.Accepted, Last + 1);
        if (one.Id is null || !_remembered.TryGetValue((one.Key, one.Id), out var original))
            return [accepted];
        var duplicate = new Appended(Verdict.Duplicate, original.Sequence);
        List<Appended> allowed = [original.Content == one.Content ? duplicate : new Appended(Verdict.Conflict, original.Sequence)];
        // An id can outlive its event, and an event can be out of reach while the store moves it to make room. Then the contents cannot be
        // compared.
        if ((isShort || original.MayBeGone) && original.Content != one.Content)
            allowed.Add(duplicate);
        if (original.AcceptedAtMs < rememberedSinceMs || (isShort && original.MayBeGone))
            allowed.Add(accepted);
        return allowed;
    }

    public void Accept(ModelEvent one, long catalogVersion)
    {
        var acceptedAtMs = Math.Max(one.Event.Index.AcceptedAtMs, Events.LastOrDefault()?.AcceptedAtMs ?? 0);
        var stored = one with { Sequence = Last + 1, AcceptedAtMs = acceptedAtMs, CatalogVersion = catalogVersion };
        Events.Add(stored);
        if (stored.Id is not null)
            _remembered[(stored.Key, stored.Id)] = stored;
    }

    /// <summary>The event with this id, when the store certainly remembers it.</summary>
    public ModelEvent? Remembered(string key, string id, long rememberedSinceMs) =>
        _remembered.TryGetValue((key, id), out var one) && one.AcceptedAtMs >= rememberedSinceMs && !one.MayBeGone ? one : null;

    public void Settle(ShardCommit commit)
    {
        if (commit.SettledBelow > 0)
            SettledBelow = commit.SettledBelow;
        if (commit.IsAllKept)
            Kept.Clear();
        foreach (var (key, from) in commit.Kept)
        {
            if (from == 0)
                Kept.Remove(key);
            else
                Kept[key] = from;
        }
    }

    /// <summary>Retention can have run: events that are not needed now can be gone for good.</summary>
    /// <param name="untilMs">Newer events stay, needed or not.</param>
    public int MayFree(long untilMs)
    {
        var free = There.Where(one => one.AcceptedAtMs <= untilMs && !IsNeeded(one)).ToList();
        free.ForEach(one => one.MayBeGone = true);
        return free.Count;
    }

    private bool IsNeeded(ModelEvent one) =>
        one.Sequence >= SettledBelow || (Kept.TryGetValue(one.KeyHash, out var from) && one.Sequence >= from);
}
