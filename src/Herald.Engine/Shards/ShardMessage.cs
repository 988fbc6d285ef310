using Herald.Engine.Catalogs;
using Herald.Engine.Sending;

namespace Herald.Engine.Shards;

/// <summary>A message to a shard's loop from outside.</summary>
internal abstract record ShardMessage
{
    private ShardMessage() { }

    /// <param name="AtMs">
    /// The time at which the attempt ended. The shard may handle the message much later, and that delay is no part of the delivery.
    /// </param>
    public sealed record Ended(AttemptEnded Attempt, long AtMs) : ShardMessage;

    /// <summary>There is now room for the bytes of an attempt that waited for it.</summary>
    public sealed record Entered(StartAttempt Start) : ShardMessage;

    public sealed record Granted(int Subscription, PermitKind Kind, int Count) : ShardMessage;

    public sealed record EndpointBack(int Subscription) : ShardMessage;

    public sealed record CatalogChanged(CatalogUpdate Update) : ShardMessage;

    public sealed record Committed(IReadOnlyList<Skip> Skips, EmittedRefusals Refused, Exception? Failure) : ShardMessage;

    /// <summary>Runs inside the loop between steps. It reads the machine or gives it an operator's order.</summary>
    /// <param name="Refuse">Called instead when the shard has stopped.</param>
    public sealed record Call(Action<ShardMachine> Run, Action Refuse) : ShardMessage;

    /// <summary>The log has grown, or a timer has expired: run a round.</summary>
    public sealed record Wake : ShardMessage
    {
        public static readonly Wake Instance = new();
    }
}
