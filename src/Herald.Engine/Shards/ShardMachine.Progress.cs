using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Progress;
using Herald.Engine.Retrying;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Shards;

/// <summary>Saving and restoring progress. A progress record holds what changed since the last one.</summary>
/// <remarks>
/// It never holds a row for each settled delivery, and it holds nothing for a subscription without outstanding deliveries. After a crash,
/// deliveries that were settled after the last record or note are repeated.
/// </remarks>
internal sealed partial class ShardMachine
{
    // The next owner reads all catalog changes after the saved version. An idle shard therefore saves after this many changes.
    private const int MostUnsavedChanges = 1000;

    private readonly ProgressDelta _delta = new();
    private readonly ProgressWriter _writer = new();
    private long _savedRouted = -1, _savedCatalog, _link;

    // Settled since the last progress record or note.
    private readonly SettledKeys _settled = new();

    // Settled by the previous owner after its last progress record. This owner has still to route some of these events and must not send
    // them again.
    private readonly SettledKeys _settledBefore = new();

    /// <summary>Deliveries have been settled since the last progress record or note. A crash would repeat them.</summary>
    public bool HasSettled => _settled.Count > 0;

    /// <summary>The subscription has deliveries that look unsettled and are not: the previous owner had settled them.</summary>
    public bool HasSettledBefore(SubscriptionState state) => _settledBefore.HasAny(state.Number, state.Generation);

    public bool IsDirty => !_delta.IsEmpty || Routed != _savedRouted || Catalog.Version - _savedCatalog >= MostUnsavedChanges;

    // Lanes whose skip is not part of the commit that is being made.
    private readonly HashSet<Lane> _skippedLater = [];

    /// <summary>
    /// Writes what changed; for a checkpoint, everything. The heads of lanes in <see cref="LaneState.Settling"/> are written as settled.
    /// </summary>
    /// <param name="skipsLeft">Skips that go with a later commit. The heads of their lanes are written as not settled.</param>
    public void SaveProgress(RecordWriter writer, bool checkpoint, long nowMs, IEnumerable<Skip> skipsLeft)
    {
        _skippedLater.UnionWith(skipsLeft.Select(skip => skip.Lane).Where(IsCurrent));
        foreach (var state in _delta.Changed)
        {
            if (state.IsTrivial && IsCurrent(state))
                Remove(state);
        }
        foreach (var state in checkpoint ? _states.Values : _delta.Changed.Where(IsCurrent))
        {
            Save(_writer.State, state, checkpoint);
            _writer.EndState(state.Number);
        }
        var head = new ProgressHead(
            checkpoint ? ProgressKind.Checkpoint : ProgressKind.Changes, ++_link, Routed, Catalog.Version, ToWall(nowMs),
            checkpoint ? [] : [.. _delta.Removed], []);
        (_savedRouted, _savedCatalog) = (Routed, Catalog.Version);
        _delta.Clear();
        _settled.Clear();
        _settledBefore.Keep(IsStillOpen);
        _writer.WriteTo(writer, head, _settledBefore);
        foreach (var lane in _skippedLater)
            _delta.Note(lane);
        _skippedLater.Clear();
    }

    /// <summary>Writes a note: only what has been settled since the last progress record or note.</summary>
    public void SaveSettled(RecordWriter writer)
    {
        _writer.WriteTo(writer, ProgressHead.OfSettled, _settled);
        _settled.Clear();
    }

    // Whether the subscription has still to read events of the key up to this sequence.
    private bool IsStillOpen(int subscription, int generation, ulong key, long through) => _states.TryGetValue(subscription, out var state)
        ? state.Generation == generation && PositionOf(state) < through
        : through > Routed;

    /// <summary>
    /// The sequence below which everything is settled, for every subscription that runs, except for kept keys. These are keys that wait,
    /// and keys that lie far behind; one such key must not keep the log of all keys.
    /// </summary>
    /// <remarks>A paused subscription keeps its backlog only for as long as retention does.</remarks>
    /// <param name="most">The result is at most this. Applications have still to read the events from here on.</param>
    /// <param name="kept">Receives the kept keys, each with its first unsettled sequence.</param>
    public long SettledBelow(long most, Dictionary<ulong, long> kept)
    {
        kept.Clear();
        var lowest = Math.Min(most, Routed + 1);
        foreach (var state in _states.Values)
        {
            if (state.Runs && !state.AtHead)
                lowest = Math.Min(lowest, PositionOf(state) + 1);
        }
        var (near, apart) = (lowest, new List<KeptKey>());
        foreach (var state in _states.Values)
        {
            if (!state.Runs)
                continue;
            foreach (var lane in state.Lanes.Values)
            {
                var at = lane.Count > 0 ? lane.Head.Sequence : FromOf(lane);
                if (at < lowest - (lane.Detached ? 0 : _settings.KeptNear))
                    apart.Add(new KeptKey(lane.KeyHash, at));
                else
                    near = Math.Min(near, at);
            }
        }
        if (apart.Count > _settings.MostKept)
        {
            // There are too many: keep those that have waited longest, because without them the mark would fall most.
            apart.Sort((one, other) => one.From.CompareTo(other.From));
            near = Math.Min(near, apart[_settings.MostKept].From);
            apart.RemoveRange(_settings.MostKept, apart.Count - _settings.MostKept);
        }
        foreach (var (key, from) in apart)
            kept[key] = kept.TryGetValue(key, out var other) ? Math.Min(from, other) : from;
        return near;
    }

    /// <summary>
    /// Restores the state when the shard is taken over. The catalog may be newer than the one with which the progress was made.
    /// </summary>
    /// <param name="first">The first sequence that is still in the log, apart from events of kept keys.</param>
    public void Restore(SavedProgress saved, CatalogSnapshot catalog, long first, long nowMs)
    {
        Catalog = catalog;
        _savedCatalog = saved.CatalogVersion;
        // When records are lost, it is unknown which kept keys have events before the first sequence. So reading starts where the records
        // end.
        Routed = saved.IsCut ? saved.Routed : Math.Max(saved.Routed, first - 1);
        _link = saved.Link;
        _settledBefore.Add(saved.Settled);
        foreach (var (number, savedState) in saved.States)
        {
            if (!catalog.ByNumber.TryGetValue(number, out var entry))
            {
                _delta.NoteRemoved(number);
                continue;
            }
            entry = entry.KeptAt(savedState.Generation);
            var isNewer = entry.GenerationVersion > (savedState.IsFrozen ? savedState.CatalogVersion : saved.CatalogVersion);
            var isUnknown = savedState.Generation == SavedState.UnknownGeneration && !entry.Subscription.IsDamaged;
            if (isUnknown || (savedState.IsFrozen && isNewer))
            {
                var from = isNewer ? entry.Starts[_shard.Value] : savedState.Position;
                var again = new SubscriptionState(entry) { Mode = CatchUpMode.Stopped, Position = Math.Min(from, Routed), PausedAtMs = nowMs };
                ProgressDelta.NoteSaved(again);
                Begin(again);
                continue;
            }
            if (entry.Subscription.Generation != savedState.Generation)
            {
                _delta.NoteRemoved(number);
                continue;
            }
            var state = new SubscriptionState(entry)
            {
                Mode = savedState.AtHead ? CatchUpMode.AtHead : CatchUpMode.Stopped,
                Position = savedState.AtHead ? Routed : savedState.Position,
                PausedAtMs = savedState.PausedAtMs > 0 ? FromSaved(savedState.PausedAtMs, savedState.SavedAtMs, nowMs) : nowMs,
            };
            ProgressDelta.NoteSaved(state);
            Add(state);
            if (savedState.IsFrozen)
                _delta.Note(state);
            foreach (var (key, lane) in savedState.Lanes)
                Restore(state, key, lane, nowMs);
            if (state.AtHead && !state.Runs)
                FallBehind(state, Routed); // It was paused after this was saved.
            if (!state.AtHead && state.Runs)
                JoinIfBehind(state);
            DropIfTrivial(state); // Its last lane was settling when it was saved.
        }
        foreach (var (number, entry) in catalog.ByNumber)
        {
            if (_states.ContainsKey(number))
                continue;
            if (entry.BeginsBehind(_shard, saved.CatalogVersion, Routed))
                Begin(new SubscriptionState(entry) { Mode = CatchUpMode.Stopped, Position = entry.Starts[_shard.Value], PausedAtMs = nowMs });
            else if (entry.Subscription.Status != SubscriptionStatus.Active)
                Begin(new SubscriptionState(entry) { Mode = CatchUpMode.Stopped, Position = Routed, PausedAtMs = nowMs });
        }
    }

    // Keeps the distance between a saved time and the time of saving, and adds the time since. If the clock has been set back since, no
    // time is added.
    private long FromSaved(long atMs, long savedAtMs, long nowMs)
    {
        var wallMs = ToWall(nowMs);
        savedAtMs = savedAtMs == 0 ? wallMs : savedAtMs;
        return nowMs - Math.Max(0, wallMs - savedAtMs) + (atMs - savedAtMs);
    }

    private void Restore(SubscriptionState state, ulong key, SavedLane saved, long nowMs)
    {
        var lane = new Lane(state, key)
        {
            Attempts = saved.Attempts,
            FirstAttemptAtMs = saved.FirstAttemptAtMs > 0 ? Math.Min(FromSaved(saved.FirstAttemptAtMs, saved.SavedAtMs, nowMs), nowMs) : 0,
            EndpointTroubled = saved.EndpointTroubled,
            Mode = saved.From > 0 ? CatchUpMode.Stopped : CatchUpMode.AtHead,
            From = saved.From,
            LastSeen = state.Position,
        };
        ProgressDelta.NoteSaved(lane);
        state.Lanes[key] = lane;
        foreach (var item in saved.Items)
            lane.Push(item with { AcceptedAtMs = FromSaved(item.AcceptedAtMs, saved.SavedAtMs, nowMs) });
        CountInWindow(lane, lane.Count);
        if (lane.Count == 0)
        {
            JoinIfItMay(lane);
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
            WaitUntil(lane, Math.Min(FromSaved(saved.DueMs, saved.SavedAtMs, nowMs), nowMs + RetryDecision.LongestWaitMs(state.Entry.Subscription.Retry)));
        }
        else
        {
            MakeReady(lane);
        }
    }

    private void Save(RecordWriter writer, SubscriptionState state, bool all)
    {
        writer.Number(state.Generation);
        writer.Byte(state.AtHead ? (byte)1 : (byte)0);
        writer.Number(PositionOf(state));
        writer.Number(state.Runs ? 0 : ToWall(state.PausedAtMs));
        IReadOnlyCollection<Lane> changed = all ? state.Lanes.Values : ProgressDelta.LanesOf(state);
        var kept = new List<(Lane Lane, SavedLane Saved)>(changed.Count);
        foreach (var lane in changed)
        {
            if (state.Lanes.GetValueOrDefault(lane.KeyHash) != lane)
                continue;
            if (ToSaved(lane) is { } saved)
            {
                kept.Add((lane, saved));
                ProgressDelta.NoteSaved(lane);
            }
            else
            {
                ProgressDelta.NoteUnneeded(lane);
            }
        }
        var removed = all ? [] : ProgressDelta.RemovedLanesOf(state);
        writer.Number(removed.Count);
        foreach (var key in removed)
            writer.Hash(key);
        ProgressDelta.NoteSaved(state);
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
        if (lane.State == LaneState.Settling && !_skippedLater.Contains(lane))
            (items, attempts) = (items.Skip(1), 0);
        var rest = items.Select(item => item with { AcceptedAtMs = ToWall(item.AcceptedAtMs) }).ToArray();
        var from = 0L;
        if (lane.Detached)
        {
            // The items that a detached lane has in the window will be read back. Only a head that has been tried is saved.
            var keep = attempts > 0 ? 1 : 0;
            from = rest.Length > keep ? rest[keep].Sequence : FromOf(lane);
            rest = rest[..Math.Min(keep, rest.Length)];
        }
        else if (rest.Length == 0)
        {
            return null;
        }
        var (first, due) = (lane.FirstAttemptAtMs > 0 ? ToWall(lane.FirstAttemptAtMs) : 0, lane.DueMs > 0 ? ToWall(lane.DueMs) : 0);
        return new SavedLane(lane.State == LaneState.Held, lane.EndpointTroubled, attempts, first, due, from, rest);
    }
}
