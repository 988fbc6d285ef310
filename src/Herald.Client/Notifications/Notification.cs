namespace Herald.Client;

/// <summary>One notification, with what has become of it.</summary>
public sealed record Notification
{
    public required Guid Uuid { get; init; }

    /// <summary><c>NOT_PROCESSED</c>, <c>PROCESSED</c>, <c>FAILED</c> or <c>EXPIRED</c>.</summary>
    public required string Status { get; init; }

    /// <summary><c>EMAIL</c>, <c>SMS</c>, <c>SLACK</c> or <c>PUSH</c>.</summary>
    public required string Destination { get; init; }

    /// <summary>Null when the destination's own recipient gets it.</summary>
    public string? To { get; init; }

    public required DateTimeOffset AcceptedAt { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    public DateTimeOffset? Expires { get; init; }

    /// <summary>What it waits for, such as <c>quiet-hours</c>; null when it does not wait.</summary>
    public string? Waits { get; init; }

    public required int Attempts { get; init; }

    public DateTimeOffset? FirstAttemptAt { get; init; }

    /// <summary>When another program got it, for an external destination.</summary>
    public DateTimeOffset? HandedOverAt { get; init; }

    /// <summary>When its status was decided.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>Why it failed, in one word.</summary>
    public string? Reason { get; init; }

    /// <summary>The last words of the provider.</summary>
    public string? LastWords { get; init; }

    /// <summary>How many posts came with the same uuid and other content.</summary>
    public required int Conflicts { get; init; }
}
