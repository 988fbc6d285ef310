namespace Herald.Engine.Shards;

/// <summary>The scan: the one reader of the log for everything in a shard that is not at the head.</summary>
/// <remarks>
/// Its readers (<see cref="CatchUpReader"/>) are detached lanes, which read back the events they own, and subscriptions that fell behind,
/// were resumed, or start in the past:
/// <list type="number">
/// <item>The scan moves upwards through the log, in passes. The cursor is the sequence that it reads next.</item>
/// <item>A reader joins: it waits, with a ticket, until the cursor reaches its place. Then it reads.</item>
/// <item>It takes its deliveries until its window is full. Then it leaves the scan.</item>
/// <item>When its window has room again, it joins the next pass, which begins at the lowest place at which a reader waits.</item>
/// </list>
/// So one slow reader does not delay the others, and ten thousand readers need one reading of the log. When all readers, reading or waiting,
/// belong to subscriptions that are at the head and have full windows, the scan pauses: going on would help none of them.
/// </remarks>
internal sealed partial class ShardMachine
{
    // Waiting readers: of this pass, ahead of the cursor, by place; and of the next pass, behind the cursor.
    private readonly PriorityQueue<Ticket, long> _ahead = new();
    private readonly List<Ticket> _nextPass = [];
    private readonly CatchUpReaders _reading = new();

    // For each subscription, how many readers and tickets it has.
    private readonly Dictionary<SubscriptionState, int> _engaged = [];
    private long _cursor = 1;
    private bool _waits;

    /// <summary>Returns where the scan reads next. False when there are no readers, or while the scan pauses.</summary>
    public bool WantsScan(out long from, out int count)
    {
        _waits = _waits && AllAreFull();
        if (_waits)
        {
            (from, count) = (_cursor, 0);
            return false;
        }
        if (_reading.IsEmpty)
            SkipToNextReader();
        (from, count) = (_cursor, 0);
        if (_reading.IsEmpty)
            return false;
        var most = !_reading.HasSubscriptions && _reading.Lanes < 8 ? _settings.ScanChunk / 4 : _settings.ScanChunk;
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
            BeginWaiting();
            // Lanes come before subscriptions: a lane that has read all it owns must be attached before its subscription moves past the
            // entry.
            if (_reading.LanesOf(routed.Entry.KeyHash) is { } lanes)
            {
                for (var i = lanes.Count - 1; i >= 0; i--)
                {
                    if (TakeForLane(lanes[i], routed, nowMs))
                        continue;
                    _waits = true;
                    return;
                }
            }
            foreach (var route in _reading.HasSubscriptions ? routed.Routes : [])
            {
                if (_states.TryGetValue(route.Subscription, out var state) && state.Mode == CatchUpMode.Reading
                    && sequence >= state.From && IsMeantFor(route, sequence, out _) && !Take(state, routed, nowMs))
                {
                    state.Position = sequence - 1;
                    LeaveScan(state);
                    WindowFreed(state);
                }
            }
            _cursor = sequence + 1;
            if (_reading.IsEmpty && !NextIsAtCursor())
                return;
        }
        if (_cursor > Routed)
            EndPassAtHead();
    }

    /// <summary>The log keeps nothing from the cursor to below the sequence. Readers in between continue at the sequence.</summary>
    /// <returns>
    /// Whether a subscription lost unsettled deliveries there. A kept key loses nothing: the store keeps its events around the gap.
    /// </returns>
    public bool OnGap(long next)
    {
        next = Math.Min(next, Routed + 1);
        var lost = next > _cursor
            && (_reading.HasSubscriptions || _ahead.UnorderedItems.Any(waiting => waiting.Element.Reader is SubscriptionState && waiting.Priority < next));
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
        _delta.Note(lane);
        if (lane.State == LaneState.Empty)
            MakeReady(lane);
        if (lane.From > lane.LastSeen)
            Attach(lane);
        return true;
    }

    // A subscription that is itself behind must never wait for its own detached lanes, so the scan does not pause while one reads or waits.
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
        var (subscriptions, lanes) = _reading.All();
        foreach (var state in subscriptions)
        {
            LeaveScan(state);
            Arrive(state);
        }
        foreach (var lane in lanes)
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

    // ---- Joining and leaving ----

    private void JoinIfBehind(SubscriptionState state)
    {
        if (state.Mode != CatchUpMode.Stopped || !state.Runs)
            return;
        if (state.Position >= Routed)
            Arrive(state);
        else
            Join(state);
    }

    /// <summary>The subscription has read everything. From now on it takes arrivals.</summary>
    private void Arrive(SubscriptionState state)
    {
        state.Mode = CatchUpMode.AtHead;
        _delta.Note(state);
        DropIfTrivial(state);
    }

    private void JoinIfItMay(Lane lane)
    {
        if (lane.Mode == CatchUpMode.Stopped && lane.Owner.Runs && lane.Count <= _settings.LaneWindow / 2
            && lane.State is not (LaneState.Blocked or LaneState.Held or LaneState.Settling))
            Join(lane);
    }

    /// <summary>When at least half of a window is free, the readers that left the scan for lack of room join the next pass.</summary>
    private void WindowFreed(SubscriptionState state)
    {
        if (state.Stalled.Count > 0 && DrainHasRoom(state))
        {
            foreach (var lane in state.Stalled)
            {
                if (IsCurrent(lane))
                    JoinIfItMay(lane);
            }
            state.Stalled.Clear();
        }
        if (ArrivalsHaveRoom(state))
            JoinIfBehind(state);
    }

    private void Join(CatchUpReader reader)
    {
        reader.Mode = CatchUpMode.Waiting;
        Engage(reader.Owner, 1);
        var ticket = new Ticket(reader, ++reader.Ticket);
        if (reader.From >= _cursor)
            _ahead.Enqueue(ticket, reader.From);
        else
            _nextPass.Add(ticket);
    }

    private void BeginWaiting()
    {
        while (NextIsAtCursor())
            Begin(_ahead.Dequeue());
    }

    private bool NextIsAtCursor() => _ahead.TryPeek(out _, out var place) && place <= _cursor;

    private void Begin(Ticket ticket)
    {
        var reader = ticket.Reader;
        Engage(reader.Owner, -1);
        if (reader.Mode != CatchUpMode.Waiting || reader.Ticket != ticket.Number || !IsCurrent(reader))
            return;
        reader.Mode = CatchUpMode.Reading;
        _reading.Add(reader);
        Engage(reader.Owner, 1);
    }

    private void SkipToNextReader()
    {
        if (_ahead.Count == 0)
        {
            foreach (var ticket in _nextPass)
                _ahead.Enqueue(ticket, ticket.Reader.From);
            _nextPass.Clear();
            if (_ahead.TryPeek(out _, out var lowest))
                _cursor = lowest;
        }
        while (_reading.IsEmpty && _ahead.TryPeek(out _, out var place))
        {
            _cursor = Math.Max(_cursor, place);
            BeginWaiting();
        }
    }

    private void LeaveScan(CatchUpReader reader)
    {
        if (reader.Mode is not (CatchUpMode.Waiting or CatchUpMode.Reading))
            return;
        if (reader.Mode == CatchUpMode.Reading)
        {
            _reading.Remove(reader);
            Engage(reader.Owner, -1);
        }
        // Everything below the cursor has been taken. The entry at the cursor may not have been.
        reader.From = FromOf(reader);
        reader.Mode = CatchUpMode.Stopped;
    }

    private bool IsCurrent(CatchUpReader reader) => reader is Lane lane ? IsCurrent(lane) : IsCurrent(reader.Owner);

    /// <summary>Every match up to this sequence is settled, in the window, or owned by a detached lane.</summary>
    public long PositionOf(SubscriptionState state) => state.AtHead ? Routed : FromOf(state) - 1;

    /// <summary>The first sequence that the reader has still to read.</summary>
    public long FromOf(CatchUpReader reader) => reader.Mode == CatchUpMode.Reading ? Math.Max(reader.From, _cursor) : reader.From;

    /// <param name="Number">A reader that left the scan and waits again has a new number. Its old ticket is then invalid.</param>
    private readonly record struct Ticket(CatchUpReader Reader, int Number);
}
