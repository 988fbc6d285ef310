namespace Herald.Client;

/// <summary>What is known of a user's alarms.</summary>
public sealed record AlarmUser
{
    public required string UserId { get; init; }

    /// <summary>By the bytes of their ids, with the cleared ones that are remembered.</summary>
    public required IReadOnlyList<Alarm> Alarms { get; init; }
}

/// <summary>One alarm.</summary>
public sealed record Alarm
{
    public required string AlarmId { get; init; }

    /// <summary><c>CLEARED</c>, <c>WARNING</c> or <c>CRITICAL</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The time of the latest change as it was written, with up to nine digits of a second.</summary>
    public required string ChangedAt { get; init; }

    /// <summary>It would be in a digest that is requested now.</summary>
    public required bool Due { get; init; }
}
