using Herald.Engine.Catalogs;
using Herald.Engine.Sending;

namespace Herald.Engine.Shards;

/// <summary>What reaches a shard from outside its loop.</summary>
internal abstract record ShardMessage
{
    private ShardMessage() { }

    /// <param name="AtMs">When it has ended: the shard may be long in coming to it, and that is not the delivery's time.</param>
    public sealed record Ended(AttemptEnded Attempt, long AtMs) : ShardMessage;

    /// <summary>There is room for the payload of an attempt that had to wait for it.</summary>
    public sealed record Entered(StartAttempt Start) : ShardMessage;

    public sealed record Granted(int Subscription, PermitKind Kind, int Count) : ShardMessage;

    public sealed record EndpointBack(int Subscription) : ShardMessage;

    public sealed record CatalogChanged(CatalogUpdate Update) : ShardMessage;

    public sealed record Committed(IReadOnlyList<Skip> Skips, EmittedRefusals Refused, Exception? Failure) : ShardMessage;

    /// <summary>Runs inside the loop, between steps: looks at the machine, or gives it an operator's order.</summary>
    /// <param name="Refuse">Called instead when the shard has stopped.</param>
    public sealed record Call(Action<ShardMachine> Run, Action Refuse) : ShardMessage;

    /// <summary>The log has grown, or a moment has come: go round once.</summary>
    public sealed record Wake : ShardMessage
    {
        public static readonly Wake Instance = new();
    }
}
