namespace Herald.Brokers.Feeds;

/// <summary>A part of a feed whose messages have an order and a position, such as a partition or a stream.</summary>
/// <param name="name">The name of its position. It is the same after a restart, and on every node.</param>
public abstract class FeedPart(string name)
{
    public string Name => name;

    /// <summary>Records that all messages before this place are durable. It does not wait. One call at a time.</summary>
    public abstract void Keep(in FeedMark mark);
}

/// <summary>How far a batch has read a part of a feed.</summary>
/// <param name="Next">The position after the last message.</param>
/// <param name="Count">The number of messages of the part in the batch.</param>
/// <param name="Receipt">With this, the last message can be acknowledged; null when the broker needs nothing.</param>
public readonly record struct FeedMark(long Next, int Count, string? Receipt);
