namespace Herald.Notifications.Doors;

/// <summary>Statuses as the API writes them.</summary>
internal static class StatusText
{
    public const string Rule = "Write NOT_PROCESSED, PROCESSED, FAILED or EXPIRED.";

    public static string Of(NotificationStatus status) => status switch
    {
        NotificationStatus.NotProcessed => "NOT_PROCESSED",
        NotificationStatus.Processed => "PROCESSED",
        NotificationStatus.Failed => "FAILED",
        NotificationStatus.Expired => "EXPIRED",
    };

    /// <summary>Null for other texts. Letter case does not matter.</summary>
    public static NotificationStatus? Find(string text)
    {
        foreach (var status in Enum.GetValues<NotificationStatus>())
        {
            if (text.Equals(Of(status), StringComparison.OrdinalIgnoreCase))
                return status;
        }
        return null;
    }
}
