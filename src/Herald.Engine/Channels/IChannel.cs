namespace Herald.Engine.Channels;

/// <summary>A way to deliver. Implementations keep no state of a subscription beyond pooled connections.</summary>
public interface IChannel
{
    /// <summary>URI schemes this channel serves, e.g. <c>http</c> and <c>https</c>. Two channels may not share one.</summary>
    IReadOnlyList<string> Schemes { get; }

    /// <summary>Says what is wrong with an endpoint before a subscription takes it; null when nothing is.</summary>
    string? Refuse(Uri endpoint);

    /// <summary>
    /// One try. A receiver that fails is a result, not an exception; it ends by itself within the subscription's time-out.
    /// Cancelled only when the node stops and its grace time is over, or when the shard is no longer this node's: it must end soon then.
    /// </summary>
    ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel);
}
