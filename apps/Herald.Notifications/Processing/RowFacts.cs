using Herald.Engine.Stores;

namespace Herald.Notifications.Processing;

/// <summary>The part of a row that facts change. A row of <c>Statuses</c> has the rest, such as its uuid.</summary>
internal sealed record RowFacts
{
    public NotificationStatus Status { get; init; }

    /// <summary>Another program sends it, and says by a request what became of it.</summary>
    public bool IsExternal { get; init; }

    /// <summary>When the status was decided; null while it is not. Times are Unix milliseconds.</summary>
    public long? SettledAtMs { get; init; }

    /// <summary>When the other program got it.</summary>
    public long? HandedOverAtMs { get; init; }

    /// <summary>What the notification waits for, such as <c>quiet-hours</c>; null when it does not wait.</summary>
    public string? Waits { get; init; }

    /// <summary>Why it failed, in one word.</summary>
    public string? Reason { get; init; }

    /// <summary>The last words of the provider.</summary>
    public string? LastWords { get; init; }

    public int Attempts { get; init; }

    public long? FirstAttemptAtMs { get; init; }

    /// <summary>The dead letter that can be redriven; null when there is none.</summary>
    public DeadLetterId? DeadLetter { get; init; }
}
