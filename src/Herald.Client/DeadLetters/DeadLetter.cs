namespace Herald.Client;

/// <summary>An event whose delivery was given up, or a message or an event that never came into a log.</summary>
public sealed record DeadLetter
{
    public required string Id { get; init; }

    /// <summary>Null for a message that a source could not understand, and for an event of an application.</summary>
    public string? Subscription { get; init; }
    public required string Topic { get; init; }

    /// <summary>A short code that does not change, such as <c>attempts-exhausted</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The reason for people.</summary>
    public required string Detail { get; init; }
    public required int Attempts { get; init; }
    public int? StatusCode { get; init; }
    public DateTimeOffset? FirstAttemptAt { get; init; }
    public required DateTimeOffset DiedAt { get; init; }

    /// <summary>Null when the stored event is damaged. Such a dead letter cannot be redriven.</summary>
    public HeraldEvent? Event { get; init; }
}
