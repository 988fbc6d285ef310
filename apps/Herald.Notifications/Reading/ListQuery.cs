using Herald.Messages;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Reading;

/// <summary>Which rows a list has, newest first.</summary>
/// <param name="Recipient">Exactly as it was posted.</param>
/// <param name="FromMs">Accepted at this time or later.</param>
/// <param name="ToMs">Accepted at this time or earlier.</param>
/// <param name="Before">Only rows after this place of the list.</param>
internal sealed record ListQuery(
    int Limit, NotificationStatus? Status = null, Destination? Destination = null, string? Recipient = null, long? FromMs = null,
    long? ToMs = null, ListCursor? Before = null);

/// <param name="NextCursor">Where the list goes on; null at its end. There can be one after a page with fewer items than wanted.</param>
internal sealed record StatusPage(IReadOnlyList<Row> Items, ListCursor? NextCursor);
