using Herald.Notifications.Recipients;

namespace Herald.Notifications.Doors;

/// <summary>What the application keeps of recipients, as any node reads it: as the owners of the shards last saved it.</summary>
internal interface IRecipientView
{
    /// <summary>Null when there is no record.</summary>
    ValueTask<RecipientRecord?> FindRecordAsync(RecipientKey recipient, CancellationToken cancel);

    /// <summary>Null when the recipient is not suppressed.</summary>
    ValueTask<Suppression?> FindSuppressionAsync(RecipientKey recipient, CancellationToken cancel);

    /// <summary>All suppressed recipients in a stable order. A page can have fewer than wanted, and still not be the last one.</summary>
    /// <returns>Null when the cursor is not one of this list.</returns>
    ValueTask<(IReadOnlyList<Suppression> Items, string? NextCursor)?> SuppressionsAsync(int limit, string? cursor, CancellationToken cancel);
}

/// <param name="By">Who said so.</param>
internal sealed record Suppression(string Recipient, SuppressionReason Reason, long SinceMs, string By);
