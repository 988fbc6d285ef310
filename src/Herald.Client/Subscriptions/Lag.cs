namespace Herald.Client;

/// <summary>How far a subscription is behind.</summary>
public sealed record Lag
{
    public required string Subscription { get; init; }

    /// <summary>See <see cref="SubscriptionStatus"/>. Nothing is sent unless it is active.</summary>
    public string? Status { get; init; }

    /// <summary>Why it is disabled.</summary>
    public string? StatusReason { get; init; }

    /// <summary>The events that the subscription has still to get; <see cref="WaitingIs"/> says what the number means.</summary>
    public required long Waiting { get; init; }

    /// <summary><c>exact</c>, <c>atLeast</c>, <c>atMost</c> or <c>estimate</c>.</summary>
    public string? WaitingIs { get; init; }

    /// <summary>Attempts in flight from the node that answered.</summary>
    public required int InFlight { get; init; }

    /// <summary>The attempts that this node can have in flight now; 0 while the endpoint does not answer.</summary>
    public required int Limit { get; init; }

    /// <summary>The attempts that all nodes together can have in flight.</summary>
    public int? MaxInFlight { get; init; }

    /// <summary>
    /// Why the limit is what it is: <c>full</c>, <c>share</c>, <c>adapting</c>, <c>endpointFails</c> or <c>endpointSilent</c>.
    /// </summary>
    public string? LimitReason { get; init; }
    public required int BlockedKeys { get; init; }
    public required int HeldKeys { get; init; }
    public required bool Behind { get; init; }
    public DateTimeOffset? OldestWaitingAt { get; init; }

    /// <summary>The oldest event that waits.</summary>
    public string? OldestEventId { get; init; }
    public string? OldestKey { get; init; }

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
