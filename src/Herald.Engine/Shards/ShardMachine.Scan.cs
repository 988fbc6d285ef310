namespace Herald.Engine.Shards;

/// <summary>The scan: the one reader of the log for everything in a shard that is not at the head.</summary>
/// <remarks>
/// It reads for detached lanes, which read back the events they own, and for subscriptions that fell behind, were resumed, or start in the
/// past. In this file they are called riders, because the scan works like a lift:
/// <list type="number">
/// <item>It moves upwards through the log, in passes. The cursor is the sequence that it reads next.</item>
/// <item>A rider waits, with a ticket, until the cursor reaches its place. Then it boards and rides.</item>
/// <item>A riding rider takes its deliveries until its window is full. Then it leaves the scan.</item>
/// <item>When its window has room again, it waits for the next pass, which begins at the lowest place at which a rider waits.</item>
/// </list>
/// So one slow rider does not delay the others, and ten thousand riders need one reading of the log. When all riders, riding or waiting,
/// belong to subscriptions that are at the head and have full windows, the scan pauses: going on would help none of them.
/// </remarks>
internal sealed partial class ShardMachine
{
    // Waiting riders: of this pass, ahead of the cursor, by place; and of the next pass, behind the cursor.
    private readonly PriorityQueue<Ticket, long> _ahead = new();
    private readonly List<Ticket> _nextPass = [];
    private readonly Dictionary<ulong, List<Lane>> _ridingLanes = [];
    private readonly HashSet<SubscriptionState> _ridingStates = [];

    // For each subscription, how many riders and tickets it has.
    private readonly Dictionary<SubscriptionState, int> _engaged = [];
    private int _ridingLaneCount;
    private long _cursor = 1;
    private bool _waits;

    /// <summary>Returns where the scan reads next. False when there are no riders, or while the scan pauses.</summary>
    public bool WantsScan(out long from, out int count)
    {
        _waits = _waits && AllAreFull();
        if (_waits)
        {
            (from, count) = (_cursor, 0);
            return false;
        }
        if (_ridingLaneCount == 0 && _ridingStates.Count == 0)
            SkipToNextRider();
        (from, count) = (_cursor, 0);
        if (_ridingLaneCount == 0 && _ridingStates.Count == 0)
            return false;
        var most = _ridingStates.Count == 0 && _ridingLaneCount < 8 ? _settings.ScanChunk / 4 : _settings.ScanChunk;
        count = (int)Math.Min(Math.Max(1, most), Math.Max(1, Routed - _cursor + 1));
        return true;
    }

    /// <summary>Takes the entries that were read from the place that <see cref="WantsScan"/> returned.</summary>
    public void OnScan(ReadOnlySpan<RoutedEntry> entries, long nowMs)
    {
        foreach (ref readonly var routed in entries)
        {
            var sequence = routed.Entry.Sequence;
            if (sequence > Routed)
                break;
            _cursor = sequence;
            BoardWaiting();
            // Lanes come before subscriptions: a lane that has read all it owns must be attached before its subscription moves past the
            // entry.
            if (_ridingLanes.TryGetValue(routed.Entry.KeyHash, out var lanes))
            {
                for (var i = lanes.Count - 1; i >= 0; i--)
                {
                    if (TakeForLane(lanes[i], routed, nowMs))
                        continue;
                    _waits = true;
                    return;
                }
            }
            foreach (var route in _ridingStates.Count == 0 ? [] : routed.Routes)
            {
                if (_states.TryGetValue(route.Subscription, out var state) && state.Rider == RiderState.Riding
                    && sequence > state.Position && IsMeantFor(route, sequence, out _) && !Take(state, routed, nowMs))
                {
                    state.Position = sequence - 1;
                    LeaveScan(state);
                    WindowFreed(state);
                }
            }
            _cursor = sequence + 1;
            if (_ridingLaneCount == 0 && _ridingStates.Count == 0 && !NextIsAtCursor())
                return;
        }
        if (_cursor > Routed)
            EndPassAtHead();
    }

    /// <summary>The log keeps nothing from the cursor to below the sequence. Riders in between continue at the sequence.</summary>
    /// <returns>
    /// Whether a subscription lost unsettled deliveries there. A kept key loses nothing: the store keeps its events around the gap.
    /// </returns>
    public bool OnGap(long next)
    {
        next = Math.Min(next, Routed + 1);
        var lost = next > _cursor && (_ridingStates.Count > 0 || _ahead.UnorderedItems.Any(waiting => waiting.Element.Lane is null && waiting.Priority < next));
        _cursor = Math.Max(_cursor, next);
        if (_cursor > Routed)
            EndPassAtHead();
        return lost;
    }

    /// <summary>False when there is no room and the scan should pause before this entry.</summary>
    private bool TakeForLane(Lane lane, in RoutedEntry routed, long nowMs)
    {
        var (state, entry) = (lane.Owner, routed.Entry);
        if (entry.Sequence < lane.From)
            return true;
        if (entry.Sequence > lane.LastSeen)
        {
            lane.From = entry.Sequence;
            AttachOrRemove(lane);
            return true;
        }
        if (!IsRouted(routed, state, entry.Sequence))
            return true;
        if (DrainIsFull(state) && AllAreFull())
            return false;
        if (lane.Count >= _settings.LaneWindow || DrainIsFull(state))
        {
            lane.From = entry.Sequence;
            LeaveScan(lane);
            if (lane.Count < _settings.LaneWindow)
                state.Stalled.Add(lane);
            return true;
        }
        lane.From = entry.Sequence + 1;
        lane.Push(ToItem(entry, nowMs));
        state.Draining++;
        MarkDirty(lane);
        if (lane.State == LaneState.Empty)
            MakeReady(lane);
        if (lane.From > lane.LastSeen)
            Attach(lane);
        return true;
    }

    // A subscription that is itself behind must never wait for its own detached lanes, so the scan does not pause while one rides or waits.
    private bool AllAreFull()
    {
        foreach (var state in _engaged.Keys)
        {
            if (!state.AtHead || DrainHasRoom(state))
                return false;
        }
        return _engaged.Count > 0;
    }

    // Arrivals and deliveries that are read back for detached lanes have a window each, so that neither leaves the other without room. A
    // lane that attaches or detaches takes its items from one window to the other, so the sum of both is bounded as well.
    private bool ArrivalsAreFull(SubscriptionState state) => state.Outstanding >= _settings.Window || BothAreFull(state);

    private bool DrainIsFull(SubscriptionState state) => state.Draining >= _settings.Window || BothAreFull(state);

    private bool BothAreFull(SubscriptionState state) => state.Outstanding + state.Draining >= 2 * _settings.Window;

    private bool ArrivalsHaveRoom(SubscriptionState state) => state.Outstanding <= _settings.Window / 2 && BothHaveRoom(state);

    private bool DrainHasRoom(SubscriptionState state) => state.Draining <= _settings.Window / 2 && BothHaveRoom(state);

    private bool BothHaveRoom(SubscriptionState state) => state.Outstanding + state.Draining <= 3 * _settings.Window / 2;

    private void Engage(SubscriptionState state, int count)
    {
        var engaged = _engaged.GetValueOrDefault(state) + count;
        if (engaged == 0)
            _engaged.Remove(state);
        else
            _engaged[state] = engaged;
    }

    private bool IsRouted(in RoutedEntry routed, SubscriptionState state, long sequence)
    {
        foreach (var route in routed.Routes)
        {
            if (route.Subscription == state.Number && IsMeantFor(route, sequence, out _))
                return true;
        }
        return false;
    }

    /// <summary>Everything up to the head has been read: subscriptions move with the head again, and lanes are attached again.</summary>
    private void EndPassAtHead()
    {
        foreach (var state in _ridingStates.ToList())
        {
            LeaveScan(state);
            state.AtHead = true;
            MarkDirty(state);
            DropIfTrivial(state);
        }
        foreach (var lane in _ridingLanes.Values.SelectMany(lanes => lanes).ToList())
        {
            lane.From = Math.Max(lane.From, _cursor);
            AttachOrRemove(lane);
        }
    }

    private void AttachOrRemove(Lane lane)
    {
        Attach(lane);
        if (lane.Count > 0)
            return;
        RemoveLane(lane);
        DropIfTrivial(lane.Owner);
    }

    // ---- Getting on and off ----

    private void Board(SubscriptionState state)
    {
        if (state.Rider != RiderState.Off || state.AtHead || !state.Runs)
            return;
        if (state.Position >= Routed)
        {
            state.AtHead = true;
            MarkDirty(state);
            DropIfTrivial(state);
            return;
        }
        state.Rider = RiderState.Waiting;
        Wait(new Ticket(state, null, ++state.Ticket), state.Position + 1);
    }

    private void BoardIfItMay(Lane lane)
    {
        if (!lane.Detached || lane.Rider != RiderState.Off || lane.OutsideWindow || !lane.Owner.Runs
            || lane.State is LaneState.Blocked or LaneState.Held or LaneState.Settling || lane.Count > _settings.LaneWindow / 2)
            return;
        lane.Rider = RiderState.Waiting;
        Wait(new Ticket(lane.Owner, lane, ++lane.Ticket), lane.From);
    }

    /// <summary>When at least half of a window is free, the riders that left the scan for lack of room wait for the next pass.</summary>
    private void WindowFreed(SubscriptionState state)
    {
        if (state.Stalled.Count > 0 && DrainHasRoom(state))
        {
            foreach (var lane in state.Stalled)
            {
                if (IsCurrent(lane))
                    BoardIfItMay(lane);
            }
            state.Stalled.Clear();
        }
        if (ArrivalsHaveRoom(state))
            Board(state);
    }

    private void Wait(Ticket ticket, long place)
    {
        Engage(ticket.State, 1);
        if (place >= _cursor)
            _ahead.Enqueue(ticket, place);
        else
            _nextPass.Add(ticket);
    }

    private void BoardWaiting()
    {
        while (NextIsAtCursor())
            Ride(_ahead.Dequeue());
    }

    private bool NextIsAtCursor() => _ahead.TryPeek(out _, out var place) && place <= _cursor;

    private void Ride(Ticket ticket)
    {
        Engage(ticket.State, -1);
        if (ticket.Lane is { } lane)
        {
            if (lane.Rider != RiderState.Waiting || lane.Ticket != ticket.Number || !IsCurrent(lane))
                return;
            lane.Rider = RiderState.Riding;
            if (!_ridingLanes.TryGetValue(lane.KeyHash, out var lanes))
                _ridingLanes[lane.KeyHash] = lanes = new List<Lane>(1);
            lanes.Add(lane);
            _ridingLaneCount++;
            Engage(lane.Owner, 1);
        }
        else if (ticket.State is { Rider: RiderState.Waiting } state && state.Ticket == ticket.Number && _states.GetValueOrDefault(state.Number) == state)
        {
            state.Rider = RiderState.Riding;
            _ridingStates.Add(state);
            Engage(state, 1);
        }
    }

    private void SkipToNextRider()
    {
        if (_ahead.Count == 0)
        {
            foreach (var ticket in _nextPass)
                _ahead.Enqueue(ticket, ticket.Lane?.From ?? ticket.State.Position + 1);
            _nextPass.Clear();
            if (_ahead.TryPeek(out _, out var lowest))
                _cursor = lowest;
        }
        while (_ahead.TryPeek(out _, out var place))
        {
            _cursor = Math.Max(_cursor, place);
            BoardWaiting();
            if (_ridingLaneCount > 0 || _ridingStates.Count > 0)
                break;
        }
    }

    private void LeaveScan(SubscriptionState state)
    {
        if (state.Rider == RiderState.Riding)
        {
            _ridingStates.Remove(state);
            Engage(state, -1);
            state.Position = Math.Max(state.Position, _cursor - 1);
        }
        state.Rider = RiderState.Off;
    }

    private void LeaveScan(Lane lane)
    {
        if (lane.Rider == RiderState.Riding)
        {
            var lanes = _ridingLanes[lane.KeyHash];
            lanes.Remove(lane);
            if (lanes.Count == 0)
                _ridingLanes.Remove(lane.KeyHash);
            _ridingLaneCount--;
            Engage(lane.Owner, -1);
            // Everything below the cursor has been taken. The entry at the cursor may not have been.
            lane.From = Math.Max(lane.From, _cursor);
        }
        lane.Rider = RiderState.Off;
    }

    /// <summary>Every match up to this sequence is settled, in the window, or owned by a detached lane.</summary>
    public long PositionOf(SubscriptionState state) =>
        state.AtHead ? Routed : state.Rider == RiderState.Riding ? Math.Max(state.Position, _cursor - 1) : state.Position;

    public long FromOf(Lane lane) => lane.Rider == RiderState.Riding ? Math.Max(lane.From, _cursor) : lane.From;

    /// <param name="Lane">The lane that rides; null when the subscription itself does.</param>
    /// <param name="Number">A rider that left the scan and waits again has a new number. Its old ticket is then invalid.</param>
    private readonly record struct Ticket(SubscriptionState State, Lane? Lane, int Number);
}
