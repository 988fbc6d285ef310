using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Shards;

/// <summary>
/// Saving and restoring. A progress record holds what changed since the last one: never a row per delivery that has been settled,
/// nothing for a subscription with nothing outstanding. Deliveries settled since the last record are repeated after a crash.
/// </summary>
internal sealed partial class ShardMachine
{
    // Who takes over reads the changes of the catalog since what was saved: a shard that is idle saves for that alone.
    private const int MostUnsavedChanges = 1000;

    private readonly List<SubscriptionState> _dirtyStates = [];
    private readonly HashSet<int> _removedStates = [];
    private long _savedRouted = -1, _savedCatalog;

    public bool IsDirty =>
        _dirtyStates.Count > 0 || _removedStates.Count > 0 || Routed != _savedRouted || Catalog.Version - _savedCatalog >= MostUnsavedChanges;

    /// <summary>Writes what changed, or everything for a checkpoint; the heads of lanes in <see cref="LaneState.Settling"/> count as settled.</summary>
    public void SaveProgress(RecordWriter writer, bool checkpoint)
    {
        foreach (var state in _dirtyStates)
        {
            state.Dirty = false;
            if (state.IsTrivial && _states.GetValueOrDefault(state.Number) == state)
                Remove(state);
        }
        SavedProgress.Begin(writer, checkpoint, Routed, Catalog.Version);
        (_savedRouted, _savedCatalog) = (Routed, Catalog.Version);
        writer.Number(checkpoint ? 0 : _removedStates.Count);
        if (!checkpoint)
        {
            foreach (var number in _removedStates)
                writer.Number(number);
        }
        _removedStates.Clear();
        var states = checkpoint ? _states.Values.ToList() : _dirtyStates.Where(s => _states.GetValueOrDefault(s.Number) == s).Distinct().ToList();
        writer.Number(states.Count);
        foreach (var state in states)
            Save(writer, state, checkpoint);
        _dirtyStates.Clear();
    }

    /// <summary>Every sequence below is settled for every subscription that runs. Paused ones keep their backlog only as long as retention does.</summary>
    public long SettledBelow()
    {
        var lowest = Routed + 1;
        foreach (var state in _states.Values)
        {
            if (!state.Runs)
                continue;
            if (!state.AtHead)
                lowest = Math.Min(lowest, PositionOf(state) + 1);
            foreach (var lane in state.Lanes.Values)
                lowest = Math.Min(lowest, lane.Count > 0 ? lane.Head.Sequence : FromOf(lane));
        }
        return lowest;
    }

    /// <summary>Takes over a shard. The catalog may be newer than the one the progress was made with.</summary>
    /// <param name="first">The first sequence that is still kept.</param>
    public void Restore(SavedProgress saved, CatalogSnapshot catalog, long first, long nowMs)
    {
        Catalog = catalog;
        _savedCatalog = saved.CatalogVersion;
        Routed = Math.Max(saved.Routed, first - 1);
        foreach (var (number, savedState) in saved.States)
        {
            if (!catalog.ByNumber.TryGetValue(number, out var entry) || entry.Subscription.Generation != savedState.Generation)
            {
                _removedStates.Add(number);
                continue;
            }
            var state = new SubscriptionState(entry)
            {
                AtHead = savedState.AtHead,
                Position = savedState.AtHead ? Routed : savedState.Position,
                PausedAtMs = savedState.PausedAtMs > 0 ? savedState.PausedAtMs : nowMs,
                Saved = true,
            };
            Add(state);
            foreach (var (key, lane) in savedState.Lanes)
                Restore(state, key, lane);
            if (state.AtHead && !state.Runs)
                FallBehind(state, Routed); // paused since
            if (!state.AtHead && state.Runs)
                Board(state);
            DropIfTrivial(state); // its last lane was settling when it was saved
        }
        foreach (var (number, entry) in catalog.ByNumber)
        {
            if (_states.ContainsKey(number))
                continue;
            var start = entry.Starts[_shard.Value];
            if (entry.GenerationVersion > saved.CatalogVersion && start < Routed)
                Begin(new SubscriptionState(entry) { AtHead = false, Position = start, PausedAtMs = nowMs });
            else if (entry.Subscription.Status != SubscriptionStatus.Active)
                Begin(new SubscriptionState(entry) { AtHead = false, Position = Routed, PausedAtMs = nowMs });
        }
    }

    private void Restore(SubscriptionState state, ulong key, SavedLane saved)
    {
        var lane = new Lane(state, key)
        {
            Attempts = saved.Attempts,
            FirstAttemptAtMs = saved.FirstAttemptAtMs,
            EndpointTroubled = saved.EndpointTroubled,
            From = saved.From,
            LastSeen = state.Position,
            Saved = true,
        };
        state.Lanes[key] = lane;
        foreach (var item in saved.Items)
            lane.Push(item);
        CountInWindow(lane, lane.Count);
        if (lane.Count == 0)
        {
            BoardIfItMay(lane);
        }
        else if (saved.Held)
        {
            lane.State = LaneState.Held;
            state.Held++;
            LeaveWindow(lane);
        }
        else if (lane.Attempts > 0 && saved.DueMs > 0)
        {
            lane.State = LaneState.Blocked;
            LeaveWindow(lane);
            WaitUntil(lane, saved.DueMs);
        }
        else
        {
            MakeReady(lane);
        }
    }

    private void Save(RecordWriter writer, SubscriptionState state, bool all)
    {
        writer.Number(state.Number);
        writer.Number(state.Generation);
        writer.Byte(state.AtHead ? (byte)1 : (byte)0);
        writer.Number(PositionOf(state));
        writer.Number(state.Runs ? 0 : state.PausedAtMs);
        state.Saved = true;
        var changed = all ? [.. state.Lanes.Values] : state.DirtyLanes;
        var kept = new List<(Lane Lane, SavedLane Saved)>(changed.Count);
        foreach (var lane in changed)
        {
            lane.Dirty = false;
            if (state.Lanes.GetValueOrDefault(lane.KeyHash) != lane)
                continue;
            if (ToSaved(lane) is { } saved)
                kept.Add((lane, saved));
            else if (lane.Saved)
                state.RemovedLanes.Add(lane.KeyHash);
            lane.Saved = kept.Count > 0 && kept[^1].Lane == lane;
        }
        foreach (var lane in state.DirtyLanes)
            lane.Dirty = false;
        state.DirtyLanes.Clear();
        writer.Number(all ? 0 : state.RemovedLanes.Count);
        if (!all)
        {
            foreach (var key in state.RemovedLanes)
                writer.Hash(key);
        }
        state.RemovedLanes.Clear();
        writer.Number(kept.Count);
        foreach (var (lane, saved) in kept)
        {
            writer.Hash(lane.KeyHash);
            saved.Write(writer);
        }
    }

    private SavedLane? ToSaved(Lane lane)
    {
        var items = lane.Items;
        var attempts = lane.Attempts;
        if (lane.State == LaneState.Settling)
            (items, attempts) = (items.Skip(1), 0);
        var rest = items.ToArray();
        var from = 0L;
        if (lane.Detached)
        {
            // What a detached lane holds in the window is read back; only a head that has been tried is kept.
            var keep = attempts > 0 ? 1 : 0;
            from = rest.Length > keep ? rest[keep].Sequence : FromOf(lane);
            rest = rest[..Math.Min(keep, rest.Length)];
        }
        else if (rest.Length == 0)
        {
            return null;
        }
        return new SavedLane(lane.State == LaneState.Held, lane.EndpointTroubled, attempts, lane.FirstAttemptAtMs, lane.DueMs, from, rest);
    }

    private void MarkDirty(Lane lane)
    {
        if (lane.Dirty)
            return;
        lane.Dirty = true;
        lane.Owner.DirtyLanes.Add(lane);
        MarkDirty(lane.Owner);
    }

    private void MarkDirty(SubscriptionState state)
    {
        if (state.Dirty)
            return;
        state.Dirty = true;
        _dirtyStates.Add(state);
    }
}
