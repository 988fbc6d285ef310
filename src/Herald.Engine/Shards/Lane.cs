using Herald.Engine.Progress;
using Herald.Engine.Sending;

namespace Herald.Engine.Shards;

/// <summary>The deliveries of one (subscription, key) in this shard. <see cref="Items"/> are the deliveries in the window.</summary>
/// <remarks>
/// An attached lane (<see cref="CatchUpMode.AtHead"/>) owns only these, and arrivals join it. A detached lane also owns every match of its
/// key in [<see cref="CatchUpReader.From"/>, the subscription's position]. It does not hold them in memory: arrivals are not queued but read
/// back later. It is attached again only in the step in which its reading passes <see cref="LastSeen"/>; no such match lies above it. This
/// keeps the order of the key.
/// </remarks>
internal sealed class Lane(SubscriptionState owner, ulong keyHash) : CatchUpReader
{
    public readonly ulong KeyHash = keyHash;
    public LaneState State;

    // The items in the window. A lane nearly always has one, so the first needs no queue.
    private LaneItem _first;
    private Queue<LaneItem>? _rest;

    // The attempts at the head.
    public int Attempts;
    public long FirstAttemptAtMs;
    public long DueMs;
    public bool EndpointTroubled;
    public PermitKind Kind;

    /// <summary>The last match of its key that a detached lane owns, as far as arrivals have shown.</summary>
    public long LastSeen;

    public ProgressDelta.LaneMark Mark;

    public override SubscriptionState Owner { get; } = owner;
    public int Count { get; private set; }
    public bool Detached => !AtHead;
    public bool OutsideWindow => Mode == CatchUpMode.OutsideWindow;
    public LaneItem Head => _first;

    public void Push(LaneItem item)
    {
        if (Count++ == 0)
            _first = item;
        else
            (_rest ??= new Queue<LaneItem>(4)).Enqueue(item);
    }

    /// <summary>Removes the head, which is settled.</summary>
    public void Pop()
    {
        Count--;
        _first = Count > 0 ? _rest!.Dequeue() : default;
        (Attempts, FirstAttemptAtMs, DueMs, EndpointTroubled) = (0, 0, 0, false);
    }

    /// <summary>Drops all items except the head. They will be read back.</summary>
    /// <returns>The sequence of the first dropped item, or 0.</returns>
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
