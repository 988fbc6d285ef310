namespace Herald.Client;

/// <summary>How far a subscription is behind.</summary>
public sealed record Lag
{
    public required string Subscription { get; init; }

    /// <summary>Events that are not settled yet, at most.</summary>
    public required long Waiting { get; init; }

    /// <summary>Attempts in flight from the node that answered.</summary>
    public required int InFlight { get; init; }

    /// <summary>The attempts that this node can have in flight now; 0 while the endpoint does not answer.</summary>
    public required int Limit { get; init; }
    public required int BlockedKeys { get; init; }
    public required int HeldKeys { get; init; }
    public required bool Behind { get; init; }
    public DateTimeOffset? OldestWaitingAt { get; init; }

    /// <summary>What this node lacks, so that it sends nothing; null when it lacks nothing.</summary>
    public string? WaitsFor { get; init; }
    public required IReadOnlyList<ShardLag> Shards { get; init; }
}

/// <summary>The part of a lag that is in one shard.</summary>
public sealed record ShardLag
{
    public required int Shard { get; init; }
    public required long Position { get; init; }
    public required long Head { get; init; }
    public required int Outstanding { get; init; }
    public required int BlockedKeys { get; init; }
}
