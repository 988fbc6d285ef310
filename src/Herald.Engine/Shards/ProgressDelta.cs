namespace Herald.Engine.Shards;

/// <summary>
/// What has changed in a shard since its last progress record, so that the next one needs to hold nothing else. A change is noted here in
/// the step that makes it.
/// </summary>
/// <remarks>
/// Subscriptions and lanes carry a mark, which saves a look-up for each change. Only this class reads and changes the marks.
/// </remarks>
internal sealed class ProgressDelta
{
    private readonly List<SubscriptionState> _changed = [];
    private readonly HashSet<int> _removed = [];

    /// <summary>The subscriptions that have changed. Some may have been removed since.</summary>
    public IReadOnlyList<SubscriptionState> Changed => _changed;

    /// <summary>The saved subscriptions that exist no more.</summary>
    public IReadOnlyCollection<int> Removed => _removed;

    public bool IsEmpty => _changed.Count == 0 && _removed.Count == 0;

    public void Note(SubscriptionState state)
    {
        if (state.Mark.IsChanged)
            return;
        state.Mark.IsChanged = true;
        _changed.Add(state);
    }

    public void Note(Lane lane)
    {
        if (lane.Mark.IsChanged)
            return;
        lane.Mark.IsChanged = true;
        lane.Owner.Mark.Lanes.Add(lane);
        Note(lane.Owner);
    }

    public void NoteRemoved(SubscriptionState state)
    {
        if (state.Mark.IsSaved)
            _removed.Add(state.Number);
    }

    /// <summary>The saved progress contains a subscription that exists no more.</summary>
    public void NoteRemoved(int subscription) => _removed.Add(subscription);

    public void NoteRemoved(Lane lane)
    {
        if (!lane.Mark.IsSaved)
            return;
        lane.Owner.Mark.RemovedLanes.Add(lane.KeyHash);
        Note(lane.Owner);
    }

    /// <summary>Whether the saved progress contains the subscription.</summary>
    public static bool IsSaved(SubscriptionState state) => state.Mark.IsSaved;

    /// <summary>The lane was restored from saved progress, or is part of the record that is being made.</summary>
    public static void NoteSaved(Lane lane) => lane.Mark.IsSaved = true;

    /// <summary>The lane needs no place in the record that is being made. If an earlier one contains it, this one has to remove it.</summary>
    public static void NoteUnneeded(Lane lane)
    {
        if (lane.Mark.IsSaved)
            lane.Owner.Mark.RemovedLanes.Add(lane.KeyHash);
        lane.Mark.IsSaved = false;
    }

    /// <summary>The lanes of the subscription that have changed. Some may have been removed since.</summary>
    public static IReadOnlyList<Lane> LanesOf(SubscriptionState state) => state.Mark.Lanes;

    /// <summary>The keys of saved lanes that exist no more.</summary>
    public static IReadOnlyList<ulong> RemovedLanesOf(SubscriptionState state) => state.Mark.RemovedLanes;

    /// <summary>
    /// The subscription was restored from saved progress, or is in the record that is being made with all changes of its lanes.
    /// </summary>
    public static void NoteSaved(SubscriptionState state)
    {
        foreach (var lane in state.Mark.Lanes)
            lane.Mark.IsChanged = false;
        state.Mark.Lanes.Clear();
        state.Mark.RemovedLanes.Clear();
        state.Mark.IsSaved = true;
    }

    /// <summary>The record with all changes has been made.</summary>
    public void Clear()
    {
        foreach (var state in _changed)
            state.Mark.IsChanged = false;
        _changed.Clear();
        _removed.Clear();
    }

    /// <summary>Part of a lane.</summary>
    internal struct LaneMark
    {
        public bool IsSaved, IsChanged;
    }

    /// <summary>Part of a subscription's state.</summary>
    internal sealed class SubscriptionMark
    {
        public bool IsSaved, IsChanged;
        public readonly List<Lane> Lanes = [];
        public readonly List<ulong> RemovedLanes = [];
    }
}
