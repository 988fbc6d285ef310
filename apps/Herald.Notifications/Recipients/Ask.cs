using Herald.Messages;

namespace Herald.Notifications.Recipients;

/// <summary>The question whether a notification may go to a recipient now. The message itself is not needed for the answer.</summary>
internal sealed record Ask
{
    public required Guid Uuid { get; init; }

    public required RecipientKey For { get; init; }

    public required Destination Destination { get; init; }

    public bool IsHigh { get; init; }

    public string? Category { get; init; }

    public long? ExpiresMs { get; init; }

    /// <summary>The ask was sent on from a person to an address.</summary>
    public bool IsSentOn { get; init; }

    /// <summary>The quiet hours of the person who has the address. The address does not know them, and can make the ask wait.</summary>
    public QuietHours? Quiet { get; init; }

    /// <summary>The ask has waited for a turn of the rate, and this is it.</summary>
    public bool HasTurn { get; init; }
}
