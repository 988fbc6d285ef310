using Herald.Engine.Stores;

namespace Herald.Contracts.Stores.Histories;

/// <summary>A shard's log: what is in it, which ids it remembers, and what it must not lose.</summary>
public sealed class ModelLog
{
    private readonly Dictionary<(string Key, string Id), ModelEvent> _remembered = [];

    public List<ModelEvent> Events { get; } = [];
    public long Last => Events.Count;

    /// <summary>Every event below may go, but those of kept keys.</summary>
    public long SettledBelow { get; private set; }

    /// <summary>By the hash of a key: its first event that must stay.</summary>
    public Dictionary<ulong, long> Kept { get; } = [];

    public IEnumerable<ModelEvent> There => Events.Where(one => !one.MayBeGone);

    /// <summary>What may be answered; the first is the one when nothing is old and nothing has gone.</summary>
    /// <param name="rememberedSinceMs">Ids of older events may be forgotten.</param>
    /// <param name="isShort">Events are moved and freed at any moment, and ids of those that have gone with them.</param>
    public IReadOnlyList<Appended> Allowed(ModelEvent one, long rememberedSinceMs, bool isShort)
    {
        var accepted = new Appended(Verdict.Accepted, Last + 1);
        if (one.Id is null || !_remembered.TryGetValue((one.Key, one.Id), out var original))
            return [accepted];
        var duplicate = new Appended(Verdict.Duplicate, original.Sequence);
        List<Appended> allowed = [original.Content == one.Content ? duplicate : new Appended(Verdict.Conflict, original.Sequence)];
        // An id may outlive its event, or the event be out of reach while it is moved for room; then nobody can tell what was in it.
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

    /// <summary>The event that has this id, where it is certain that it is remembered.</summary>
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

    /// <summary>Retention may have been at work: what was not needed then may be gone for good.</summary>
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
