using System.Diagnostics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Reports;
using Herald.Engine.Retrying;
using Herald.Engine.Routing;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Shards;

/// <summary>
/// One shard as a synchronous state machine. It never awaits and never locks, and time and randomness come from outside. So the same inputs
/// give the same outputs.
/// </summary>
/// <remarks>
/// Its inputs are log entries, results of attempts, granted permits, ticks and catalog changes. Its outputs (<see cref="Out"/>) are
/// attempts to start, permits to ask for, and skips to save. <see cref="ShardHost"/> is the loop around it. Terms:
/// <list type="bullet">
/// <item>
/// A subscription is at the head when it takes each entry of the log as it is routed. Otherwise it is behind, and the scan reads for it.
/// </item>
/// <item>The head of a lane is its oldest unsettled delivery. The other deliveries of the lane are the followers.</item>
/// <item>
/// The window holds the deliveries of a subscription that are in memory. A lane is attached while it has all its deliveries there, and
/// detached while others must be read back from the log (<see cref="Lane"/>).
/// </item>
/// <item>
/// A skip ends a delivery that is not delivered: it is dead-lettered, forwarded, expired or discarded. A delivery whose success is reported
/// ends like a skip too, because the report must be saved together with it.
/// </item>
/// </list>
/// This class alone keeps the order of each key:
/// <list type="number">
/// <item>An entry at the head of the log is routed once. Each matching subscription that is at the head takes it.</item>
/// <item>A delivery that is taken joins the lane of its key. Only the head of a lane is ever started.</item>
/// <item>
/// A lane is detached when its head fails, or when more deliveries arrive than one lane may have in the window. The deliveries outside the
/// window will be read back; the lane remembers where they begin (<see cref="CatchUpReader.From"/>). Arrivals no longer join it.
/// </item>
/// <item>
/// The scan (ShardMachine.Scan.cs) reads back, in order, what a detached lane owns. Only when nothing is left to read does the lane take
/// arrivals again.
/// </item>
/// <item>After a skip, the lane goes on only once the skip is durable (<see cref="OnSkipsDurable"/>).</item>
/// </list>
/// The class has over 400 lines because one invariant holds over all of it: the items of a lane, together with the matches in
/// [From, position] if it is detached, are all its unsettled deliveries. The scan and the progress records have files of their own.
/// </remarks>
internal sealed partial class ShardMachine
{
    private const double ResumeSpreadMs = 500;

    private readonly ShardId _shard;
    private readonly ShardSettings _settings;
    private readonly Random _random;
    private readonly Dictionary<int, SubscriptionState> _states = [];
    private readonly PriorityQueue<(Lane Lane, long DueMs), long> _timers = new();

    public ShardMachine(ShardId shard, ShardSettings settings, Random random)
    {
        (_shard, _settings, _random) = (shard, settings, random);
    }

    public ShardId Shard => _shard;
    public ShardOutputs Out { get; } = new();
    public CatalogSnapshot Catalog { get; private set; } = CatalogSnapshot.Empty;

    /// <summary>Every entry up to this sequence has been routed to the subscriptions at the head.</summary>
    public long Routed { get; private set; }

    public IReadOnlyDictionary<int, SubscriptionState> States => _states;

    /// <summary>
    /// How far the wall clock is ahead of the time that each call passes. All times in the machine are of the latter clock, which never
    /// jumps. Stored times are of the wall clock; they are converted when they are stored and when they are read.
    /// </summary>
    public long WallAheadMs { get; set; }

    public long ToWall(long atMs) => atMs + WallAheadMs;

    /// <summary>The time at which <see cref="OnTick"/> has something to do; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDueMs => _timers.TryPeek(out _, out var due) ? due : long.MaxValue;

    // ---- Inputs ----

    /// <summary>Takes the next entries of the log, from <see cref="Routed"/> + 1 on, or from the first one that is still kept.</summary>
    public void OnHead(ReadOnlySpan<RoutedEntry> entries, long nowMs)
    {
        foreach (ref readonly var routed in entries)
        {
            var sequence = routed.Entry.Sequence;
            if (routed.IsUnreadable || (routed.Entry.Flags & EventFlags.Rejected) != 0)
                Out.Rejected.Add(new RejectedEntry(sequence, routed.Entry.Topic));
            foreach (var route in routed.Routes)
            {
                if (!IsMeantFor(route, sequence, out var entry))
                    continue;
                if (!_states.TryGetValue(route.Subscription, out var state))
                    Add(state = new SubscriptionState(entry));
                if (state.AtHead && !Take(state, routed, nowMs))
                    FallBehind(state, sequence - 1);
            }
            Routed = sequence;
        }
    }

    /// <summary>The log keeps nothing between <see cref="Routed"/> and this sequence. Routing goes on at the sequence.</summary>
    /// <returns>Whether there was a gap.</returns>
    public bool OnHeadGap(long next)
    {
        if (next <= Routed + 1)
            return false;
        Routed = next - 1;
        return true;
    }

    public void OnGrant(int subscription, PermitKind kind, int count, long nowMs)
    {
        if (!_states.TryGetValue(subscription, out var state))
        {
            Out.Unused.Add((subscription, kind, count));
            return;
        }
        state.Asked[(int)kind] = Math.Max(0, state.Asked[(int)kind] - count);
        var ready = state.Ready[(int)kind];
        while (count > 0 && ready.TryDequeue(out var lane))
        {
            if (lane.State != LaneState.Ready || !IsCurrent(lane))
                continue;
            if (Start(lane, kind, nowMs))
                count--;
        }
        if (count > 0)
            Out.Unused.Add((subscription, kind, count));
        DropIfTrivial(state);
    }

    /// <summary>
    /// An attempt of <see cref="ShardOutputs.Starts"/> begins now. Since it was listed there, it has waited for room for its bytes and for
    /// its event to be read.
    /// </summary>
    public void OnBegun(int subscription, int generation, ulong keyHash, long nowMs)
    {
        if (_states.TryGetValue(subscription, out var state) && state.Generation == generation)
            CountAgeFrom(nowMs, state.Lanes[keyHash]);
    }

    /// <param name="counted">False when nothing was sent: the subscription was paused, or its endpoint changed, just before.</param>
    /// <param name="endpointFails">Most of the endpoint's latest attempts have failed.</param>
    /// <param name="view">The event, if the attempt began when the subscription asked for reports. Otherwise there is no report.</param>
    public void OnResult(
        int subscription, int generation, ulong keyHash, AttemptResult result, bool counted, long nowMs, bool endpointFails = false,
        EventView? view = null)
    {
        if (!_states.TryGetValue(subscription, out var state))
            return; // The subscription was deleted in the meantime.
        if (state.Generation != generation)
        {
            EndOldAttempt(state, keyHash);
            return;
        }
        var lane = state.Lanes[keyHash];
        if (!counted)
        {
            // Nothing was sent, so the age of the delivery does not count from here.
            if (lane.Attempts == 0)
                lane.FirstAttemptAtMs = 0;
            MakeReady(lane, cameBack: true);
            return;
        }
        _delta.Note(lane);
        Decide(lane, result, endpointFails, view, nowMs);
        DropIfTrivial(state);
    }

    /// <summary>The event is no longer kept, so there is nothing to send. The delivery expires.</summary>
    public void OnMissing(int subscription, int generation, ulong keyHash)
    {
        if (EndUnsent(subscription, generation, keyHash) is { } lane)
            SkipHead(lane, SkipKind.Expire, null, report: UnsentReport(lane, ReportKinds.Expired, DeliveryReport.EventGone));
    }

    /// <summary>The stored event is damaged. The delivery becomes a dead letter, whatever the policy, and the key goes on.</summary>
    public void OnDamaged(int subscription, int generation, ulong keyHash, string damage, long nowMs)
    {
        if (EndUnsent(subscription, generation, keyHash) is not { } lane)
            return;
        var firstAtMs = lane.FirstAttemptAtMs > 0 ? ToWall(lane.FirstAttemptAtMs) : 0;
        var reason = new DeadLetterReason(DeadLetterReason.Damaged, damage, lane.Attempts, null, firstAtMs, ToWall(nowMs));
        SkipHead(lane, SkipKind.DeadLetter, reason, report: UnsentReport(lane, ReportKinds.Exhausted, reason.Reason, damage));
    }

    /// <summary>The endpoint answers again. Keys that wait only because of it become due, spread over half a second.</summary>
    public void OnEndpointBack(int subscription, long nowMs)
    {
        if (_states.TryGetValue(subscription, out var state))
            HastenBlocked(state, lane => lane.EndpointTroubled, nowMs);
    }

    public void OnTick(long nowMs)
    {
        while (_timers.TryPeek(out var timer, out var due) && due <= nowMs)
        {
            _timers.Dequeue();
            if (timer.Lane.State == LaneState.Blocked && timer.Lane.DueMs == timer.DueMs && IsCurrent(timer.Lane))
                MakeReady(timer.Lane);
        }
    }

    /// <summary>The commit with these skips is durable. Their lanes go on.</summary>
    public void OnSkipsDurable(IReadOnlyList<Skip> skips)
    {
        foreach (var skip in skips)
        {
            if (!IsCurrent(skip.Lane) || skip.Lane.State != LaneState.Settling)
                continue;
            PopHead(skip.Lane);
            DropIfTrivial(skip.Lane.Owner);
        }
    }

    /// <summary>An operator releases a held key: its head is tried again, or discarded.</summary>
    /// <param name="by">The operator's name.</param>
    public bool OnRelease(int subscription, long sequence, bool discard, string by = "")
    {
        if (!_states.TryGetValue(subscription, out var state)
            || state.Lanes.Values.FirstOrDefault(l => l.State == LaneState.Held && l.Head.Sequence == sequence) is not { } lane)
            return false;
        state.Held--;
        if (discard)
        {
            SkipHead(lane, SkipKind.Discard, null, by, UnsentReport(lane, ReportKinds.Discarded, "", by));
            return true;
        }
        Out.HoldChanges.Add(new HoldChange(state.Number, state.Generation, sequence, IsReleased: true, by));
        (lane.Attempts, lane.FirstAttemptAtMs) = (0, 0);
        _delta.Note(lane);
        MakeReady(lane);
        return true;
    }

    public void OnCatalog(CatalogUpdate update, long nowMs)
    {
        var before = Catalog.Version;
        Catalog = update.Snapshot;
        foreach (var number in update.Changed)
            Follow(number, before, nowMs);
    }

    /// <summary>
    /// Gives back the places of its keys in the node's bound of blocked keys, and the topics that it holds in memory. No other call may
    /// follow.
    /// </summary>
    public void Leave()
    {
        _settings.Blocked.Free(_states.Values.Sum(state => state.Blocked));
        foreach (var state in _states.Values)
            state.Topic.Release();
        _states.Clear();
    }

    // ---- Catalog ----

    private void Follow(int number, long beforeVersion, long nowMs)
    {
        var state = _states.GetValueOrDefault(number);
        if (!Catalog.ByNumber.TryGetValue(number, out var entry))
        {
            if (state is not null)
                Remove(state);
            return;
        }
        if (state is null)
        {
            if (entry.BeginsBehind(_shard, beforeVersion, Routed))
                Begin(new SubscriptionState(entry) { Mode = CatchUpMode.Stopped, Position = entry.Starts[_shard.Value] });
            else if (entry.Subscription.Status != SubscriptionStatus.Active)
                Begin(new SubscriptionState(entry) { Mode = CatchUpMode.Stopped, Position = Routed, PausedAtMs = nowMs });
            return;
        }
        entry = entry.KeptAt(state.Generation);
        if (state.Generation != entry.Subscription.Generation)
        {
            Rewind(state, entry, nowMs);
            return;
        }
        var (ran, moved) = (state.Runs, state.Entry.Subscription.EndpointRevision != entry.Subscription.EndpointRevision);
        state.Entry = entry;
        if (ran && !state.Runs)
            Pause(state, nowMs);
        else if (!ran && state.Runs)
            Resume(state, nowMs);
        else if (moved)
            HastenBlocked(state, _ => true, nowMs); // The new endpoint may accept what failed at the old one.
        DropIfTrivial(state);
    }

    private void Begin(SubscriptionState state)
    {
        Add(state);
        _delta.Note(state);
        if (state.Runs)
            JoinIfBehind(state);
    }

    // A subscription with state keeps its topic in memory. The topic cannot have been evicted before: either the caller that routes or
    // loads holds it, or the edition that brought it is one that this shard has not followed yet.
    private void Add(SubscriptionState state)
    {
        state.Topic = Catalog.Topics[state.Entry.Subscription.TopicNumber].Use;
        if (!state.Topic.TryHold())
            throw new InvalidOperationException($"Subscription {state.Number} begins in shard {_shard}, but its topic is no longer in memory.");
        _states.Add(state.Number, state);
    }

    private void Drop(SubscriptionState state)
    {
        _states.Remove(state.Number);
        state.Topic.Release();
    }

    private void Rewind(SubscriptionState old, SubscriptionEntry entry, long nowMs)
    {
        var inFlight = old.OldAttempts ?? [];
        inFlight.UnionWith(old.Lanes.Values.Where(lane => lane.State == LaneState.InFlight).Select(lane => lane.KeyHash));
        Remove(old);
        var start = entry.Starts[_shard.Value];
        Begin(new SubscriptionState(entry)
        {
            Mode = start >= Routed && entry.Subscription.Status == SubscriptionStatus.Active ? CatchUpMode.AtHead : CatchUpMode.Stopped,
            Position = Math.Min(start, Routed),
            OldAttempts = inFlight.Count > 0 ? inFlight : null,
            PausedAtMs = nowMs,
        });
    }

    private void Remove(SubscriptionState state)
    {
        LeaveScan(state);
        foreach (var lane in state.Lanes.Values)
        {
            LeaveScan(lane);
            if (lane.OutsideWindow)
                _settings.Blocked.Free(1);
        }
        state.Lanes.Clear();
        Drop(state);
        _delta.NoteRemoved(state);
    }

    private void Pause(SubscriptionState state, long nowMs)
    {
        state.Position = PositionOf(state);
        state.PausedAtMs = nowMs;
        LeaveScan(state);
        state.Mode = CatchUpMode.Stopped;
        foreach (var lane in state.Lanes.Values)
            LeaveScan(lane);
        state.Stalled.Clear();
        state.Ready[0].Clear();
        state.Ready[1].Clear();
        _delta.Note(state);
    }

    private void Resume(SubscriptionState state, long nowMs)
    {
        var paused = Math.Max(0, nowMs - state.PausedAtMs);
        foreach (var lane in state.Lanes.Values.ToList())
        {
            if (lane.FirstAttemptAtMs > 0)
                lane.FirstAttemptAtMs += paused;
            if (lane.State == LaneState.Ready)
                MakeReady(lane);
            else
                JoinIfItMay(lane);
        }
        HastenBlocked(state, _ => true, nowMs);
        JoinIfBehind(state);
        _delta.Note(state);
    }

    private void HastenBlocked(SubscriptionState state, Func<Lane, bool> which, long nowMs)
    {
        foreach (var lane in state.Lanes.Values)
        {
            if (lane.State == LaneState.Blocked && which(lane))
                WaitUntil(lane, Math.Min(lane.DueMs, nowMs + (long)(_random.NextDouble() * ResumeSpreadMs)));
        }
    }

    // ---- Lanes ----

    /// <summary>
    /// Takes the delivery of an entry for one subscription. False when there is no room: the subscription stops before the entry.
    /// </summary>
    private bool Take(SubscriptionState state, in RoutedEntry routed, long nowMs)
    {
        var entry = routed.Entry;
        if (_settledBefore.Count > 0 && _settledBefore.Covers(state.Number, state.Generation, entry.KeyHash, entry.Sequence))
        {
            // The next record keeps such keys only above the position, so it must contain the position.
            if (!state.AtHead)
                _delta.Note(state);
            DropIfTrivial(state);
            return true;
        }
        var item = ToItem(entry, nowMs);
        if (state.Lanes.TryGetValue(entry.KeyHash, out var lane))
        {
            if (lane.Detached)
            {
                lane.LastSeen = entry.Sequence;
                return true;
            }
            if (lane.Count >= _settings.LaneWindow)
            {
                Detach(lane, entry.Sequence, entry.Sequence);
                return true;
            }
        }
        if (ArrivalsAreFull(state))
            return false;
        if (lane is null)
            state.Lanes[entry.KeyHash] = lane = new Lane(state, entry.KeyHash);
        lane.Push(item);
        state.Outstanding++;
        _delta.Note(lane);
        if (lane.State == LaneState.Empty)
            MakeReady(lane);
        return true;
    }

    private LaneItem ToItem(in IndexEntry entry, long nowMs) => new(entry.Sequence, FromWall(entry.AcceptedAtMs, nowMs), entry.Size);

    /// <summary>Queues the lane: its head starts as soon as there is a permit.</summary>
    private void MakeReady(Lane lane, bool cameBack = false)
    {
        lane.State = LaneState.Ready;
        var state = lane.Owner;
        if (!state.Runs || state.OldAttempts?.Contains(lane.KeyHash) == true)
            return; // Queued later: by Resume, or by the end of the old generation's attempt.
        lane.Kind = lane.Attempts > 0 ? PermitKind.Retry : PermitKind.First;
        var kind = (int)lane.Kind;
        state.Ready[kind].Enqueue(lane);
        state.Asked[kind]++;
        if (Out.Wishes.Count > 0 && Out.Wishes[^1] is var last
            && last.State == state && last.Kind == lane.Kind && last.CameBack == cameBack)
            Out.Wishes[^1] = last with { Count = last.Count + 1 };
        else
            Out.Wishes.Add(new PermitWish(state, lane.Kind, 1, cameBack));
    }

    private bool Start(Lane lane, PermitKind kind, long nowMs)
    {
        var (state, item) = (lane.Owner, lane.Head);
        if (state.Entry.Subscription.Retry.Ttl is { } ttl && nowMs > item.AcceptedAtMs + ttl.TotalMilliseconds)
        {
            SkipHead(lane, SkipKind.Expire, null, report: UnsentReport(lane, ReportKinds.Expired, DeliveryReport.Ttl));
            return false;
        }
        lane.State = LaneState.InFlight;
        CountAgeFrom(nowMs, lane);
        Out.Starts.Add(new StartAttempt(state.Number, state.Generation, lane.KeyHash, item, lane.Attempts + 1, kind, state.Entry.IsReplay(_shard, item.Sequence))
        {
            IsReported = state.Entry.Subscription.Reports is not null,
        });
        return true;
    }

    private static void CountAgeFrom(long nowMs, Lane lane)
    {
        if (lane.Attempts == 0)
            lane.FirstAttemptAtMs = nowMs;
    }

    private void Decide(Lane lane, AttemptResult result, bool endpointFails, EventView? view, long nowMs)
    {
        var subscription = lane.Owner.Entry.Subscription;
        var attempts = lane.Attempts + 1;
        var decision = RetryDecision.Of(result, attempts, lane.FirstAttemptAtMs, subscription.Retry, endpointFails, nowMs, _random.NextDouble(), WallAheadMs);
        if (result.Outcome == AttemptOutcome.EndpointGone)
            Out.Gone.Add(new(subscription, result));
        switch (decision.Verdict)
        {
            case RetryVerdict.Delivered:
                if (DeliveredReport(lane, result, view) is { } report)
                    SkipHead(lane, SkipKind.Delivered, null, report: report);
                else
                    PopHead(lane);
                break;
            case RetryVerdict.Retry:
                lane.Attempts = attempts;
                lane.EndpointTroubled = result.EndpointTroubled || result.Outcome == AttemptOutcome.EndpointGone;
                lane.State = LaneState.Blocked;
                LeaveWindow(lane);
                WaitUntil(lane, decision.DueAtMs);
                break;
            case RetryVerdict.Expired:
                SkipHead(lane, SkipKind.Expire, null, report: TriedReport(lane, ReportKinds.Expired, DeliveryReport.TooLate, result, view));
                break;
            case RetryVerdict.Exhausted:
                GiveUp(lane, decision.Reason, result, view, attempts, nowMs);
                break;
            default:
                throw new UnreachableException($"{decision.Verdict}");
        }
    }

    // An attempt that leads to a skip is counted only by the skip, because the skip can be left for a later commit. Until then the lane is
    // saved as it was before the attempt. With the attempt counted, the next owner would make one more than the policy allows.
    private void GiveUp(Lane lane, string why, AttemptResult result, EventView? view, int attempts, long nowMs)
    {
        var then = lane.Owner.Entry.Subscription.Retry.OnExhausted;
        switch (then)
        {
            case OnExhausted.DeadLetter or OnExhausted.Forward:
                SkipHead(
                    lane, then == OnExhausted.Forward ? SkipKind.Forward : SkipKind.DeadLetter,
                    new DeadLetterReason(why, result.Reason, attempts, result.StatusCode, ToWall(lane.FirstAttemptAtMs), ToWall(nowMs)),
                    report: TriedReport(lane, then == OnExhausted.Forward ? ReportKinds.Forwarded : ReportKinds.Exhausted, why, result, view));
                break;
            case OnExhausted.Hold:
                lane.Attempts = attempts;
                lane.State = LaneState.Held;
                lane.Owner.Held++;
                LeaveWindow(lane);
                Out.HoldChanges.Add(new HoldChange(lane.Owner.Number, lane.Owner.Generation, lane.Head.Sequence, IsReleased: false, ""));
                break;
            default:
                throw new UnreachableException($"{then}");
        }
    }

    /// <summary>Returns the lane whose head could not be sent; null when the subscription was deleted or has a newer generation.</summary>
    private Lane? EndUnsent(int subscription, int generation, ulong keyHash)
    {
        if (!_states.TryGetValue(subscription, out var state))
            return null;
        if (state.Generation != generation)
        {
            EndOldAttempt(state, keyHash);
            return null;
        }
        return state.Lanes[keyHash];
    }

    private void SkipHead(Lane lane, SkipKind kind, DeadLetterReason? reason, string by = "", DeliveryReport? report = null)
    {
        lane.State = LaneState.Settling;
        _delta.Note(lane);
        Out.Skips.Add(new Skip(lane, lane.Head, kind, reason, by, report));
    }

    /// <summary>Removes the settled head. The next item becomes the head; a lane without items and without detached events ends.</summary>
    private void PopHead(Lane lane)
    {
        var state = lane.Owner;
        _settled.Settle(state.Number, state.Generation, lane.KeyHash, lane.Head.Sequence);
        if (lane.OutsideWindow)
        {
            lane.Mode = CatchUpMode.Stopped;
            state.Blocked--;
            _settings.Blocked.Free(1);
        }
        else
        {
            CountInWindow(lane, -1);
        }
        lane.Pop();
        _delta.Note(lane);
        lane.State = LaneState.Empty;
        if (lane.Count > 0)
            MakeReady(lane);
        if (lane.Detached && lane.From > lane.LastSeen)
            Attach(lane);
        else if (lane.Detached)
            JoinIfItMay(lane);
        if (lane.Count == 0 && !lane.Detached)
            RemoveLane(lane);
        WindowFreed(state);
    }

    /// <summary>Moves the lane out of the window. Only the head stays in memory; the followers are read back once it is settled.</summary>
    private void LeaveWindow(Lane lane)
    {
        if (lane.OutsideWindow)
            return;
        var state = lane.Owner;
        // Above the bound of blocked keys, the lane keeps its place in the window. The subscription may then fall behind, and no other one
        // does.
        if (state.Blocked >= _settings.MaxBlockedPerSubscription || !_settings.Blocked.TryTake())
            return;
        state.Blocked++;
        LeaveScan(lane);
        CountInWindow(lane, -lane.Count);
        var (head, last) = (lane.Head.Sequence, lane.Detached ? lane.LastSeen : lane.LastSequence);
        var second = lane.KeepHeadOnly();
        lane.From = second > 0 ? second : Math.Max(lane.From, head + 1);
        lane.LastSeen = last;
        lane.Mode = CatchUpMode.OutsideWindow;
        _delta.Note(lane);
        WindowFreed(state);
    }

    private void Detach(Lane lane, long from, long lastSeen)
    {
        CountInWindow(lane, -lane.Count);
        (lane.Mode, lane.From, lane.LastSeen) = (CatchUpMode.Stopped, from, lastSeen);
        CountInWindow(lane, lane.Count);
        _delta.Note(lane);
    }

    private void Attach(Lane lane)
    {
        LeaveScan(lane);
        CountInWindow(lane, -lane.Count);
        (lane.Mode, lane.From, lane.LastSeen) = (CatchUpMode.AtHead, 0, 0);
        CountInWindow(lane, lane.Count);
        _delta.Note(lane);
    }

    private void RemoveLane(Lane lane)
    {
        LeaveScan(lane);
        lane.Owner.Lanes.Remove(lane.KeyHash);
        _delta.NoteRemoved(lane);
    }

    private void WaitUntil(Lane lane, long dueMs)
    {
        lane.DueMs = dueMs;
        _timers.Enqueue((lane, dueMs), dueMs);
        _delta.Note(lane);
    }

    private static void CountInWindow(Lane lane, int count)
    {
        if (lane.Detached)
            lane.Owner.Draining += count;
        else
            lane.Owner.Outstanding += count;
    }

    private void EndOldAttempt(SubscriptionState state, ulong keyHash)
    {
        if (state.OldAttempts?.Remove(keyHash) != true)
            return;
        if (state.OldAttempts.Count == 0)
            state.OldAttempts = null;
        if (state.Lanes.TryGetValue(keyHash, out var lane) && lane.State == LaneState.Ready)
            MakeReady(lane);
        DropIfTrivial(state);
    }

    // A stored time lies in the past, whatever the clock showed when it was stored. So it is never later than now.
    private long FromWall(long storedMs, long nowMs) => Math.Min(storedMs - WallAheadMs, nowMs);

    // ---- Subscriptions ----

    private bool IsMeantFor(Route route, long sequence, out SubscriptionEntry entry)
    {
        if (!Catalog.ByNumber.TryGetValue(route.Subscription, out entry!))
            return false;
        var revision = entry.RevisionAt(_shard, sequence);
        return revision != 0 && (route.Revision == Route.Addressed || route.Revision == revision);
    }

    private void FallBehind(SubscriptionState state, long position)
    {
        (state.Mode, state.Position) = (CatchUpMode.Stopped, position);
        _delta.Note(state);
        WindowFreed(state);
    }

    private bool IsCurrent(SubscriptionState state) => _states.GetValueOrDefault(state.Number) == state;

    private bool IsCurrent(Lane lane) =>
        IsCurrent(lane.Owner) && lane.Owner.Lanes.GetValueOrDefault(lane.KeyHash) == lane;

    private void DropIfTrivial(SubscriptionState state)
    {
        if (!state.IsTrivial || !IsCurrent(state))
            return;
        // The stored progress still contains it. The next progress record removes it there and then drops the state.
        if (ProgressDelta.IsSaved(state))
            _delta.Note(state);
        else
            Drop(state);
    }
}
