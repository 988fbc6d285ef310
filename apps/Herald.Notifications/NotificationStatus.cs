namespace Herald.Notifications;

/// <summary>What has become of a notification.</summary>
public enum NotificationStatus
{
    NotProcessed,
    Processed,
    Failed,
    Expired,
}
