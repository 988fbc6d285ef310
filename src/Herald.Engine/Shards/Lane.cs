using Herald.Engine.Sending;

namespace Herald.Engine.Shards;

/// <summary>
/// The deliveries of one (subscription, key) in this shard. <see cref="Items"/> are in the window. An attached lane owns only
/// these, and gets new arrivals. A detached lane (<see cref="From"/> &gt; 0) also owns every match of its key in
/// [From, the subscription's position], without holding it: arrivals are not queued, they are read back later. It attaches again
/// only in the step in which its reading has passed <see cref="LastSeen"/>; that is what keeps its order.
/// </summary>
internal sealed class Lane(SubscriptionState owner, ulong keyHash)
{
    public readonly SubscriptionState Owner = owner;
    public readonly ulong KeyHash = keyHash;
    public LaneState State;

    // The window's part of the lane: nearly always one item, so the first lives in the object.
    private LaneItem _first;
    private Queue<LaneItem>? _rest;

    // The head's attempts.
    public int Attempts;
    public long FirstAttemptAtMs;
    public long DueMs;
    public bool EndpointTroubled;
    public PermitKind Kind;

    // Detached: the interval it owns, and its place in the scan.
    public long From;
    public long LastSeen;
    public RiderState Rider;
    public int Ticket;

    /// <summary>Its items do not count in the window: the head is blocked and stands alone.</summary>
    public bool OutsideWindow;

    // Progress records.
    public bool Saved, Dirty;

    public int Count { get; private set; }
    public bool Detached => From > 0;
    public LaneItem Head => _first;

    public void Push(LaneItem item)
    {
        if (Count++ == 0)
            _first = item;
        else
            (_rest ??= new Queue<LaneItem>(4)).Enqueue(item);
    }

    /// <summary>The head is settled.</summary>
    public void Pop()
    {
        Count--;
        _first = Count > 0 ? _rest!.Dequeue() : default;
        (Attempts, FirstAttemptAtMs, DueMs, EndpointTroubled, OutsideWindow) = (0, 0, 0, false, false);
    }

    /// <summary>Gives up all but the head; they will be read back.</summary>
    /// <returns>The sequence of the first one given up, or 0.</returns>
    public long KeepHeadOnly()
    {
        var second = _rest is { Count: > 0 } ? _rest.Peek().Sequence : 0;
        _rest = null;
        Count = Math.Min(Count, 1);
        return second;
    }

    public long LastSequence => _rest is { Count: > 0 } ? _rest.Last().Sequence : _first.Sequence;

    public IEnumerable<LaneItem> Items => Count == 0 ? [] : _rest is null ? [_first] : _rest.Prepend(_first);
}
