namespace Herald.Engine.Shards;

/// <summary>
/// What the shard's scan reads for when it is behind: a lane, which reads the events that it owns, or a subscription, which reads everything
/// from its position on.
/// </summary>
internal abstract class CatchUpReader
{
    public CatchUpMode Mode;

    /// <summary>The first sequence that it has still to read; for one that is reading, see <see cref="ShardMachine.FromOf"/>.</summary>
    public long From;

    /// <summary>Raised each time it begins to wait, so that an earlier ticket is invalid.</summary>
    public int Ticket;

    /// <summary>The subscription whose window takes what is read.</summary>
    public abstract SubscriptionState Owner { get; }

    public bool AtHead => Mode == CatchUpMode.AtHead;
}
