namespace Herald.Notifications.Recipients;

/// <summary>A recipient to whom nothing is sent.</summary>
/// <param name="By">Who said so.</param>
internal sealed record Suppression(string Recipient, SuppressionReason Reason, long SinceMs, string By);
