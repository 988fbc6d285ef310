namespace Herald.Notifications.Recipients;

/// <summary>What is known of a recipient.</summary>
/// <param name="Suppressed">Why nothing is sent to the recipient; null when it is not suppressed.</param>
/// <param name="Window">The turns for the destination of the ask.</param>
internal sealed record RecipientState(RecipientRecord? Record, SuppressionReason? Suppressed, RateWindow Window)
{
    public static readonly RecipientState Unknown = new(null, null, RateWindow.Empty);
}

/// <summary>Why nothing is sent to a recipient.</summary>
internal enum SuppressionReason
{
    OptedOut,
    Bounced,
    Expired,
    Complained,
}
