namespace Herald.Notifications;

/// <summary>The kind of channel that a notification goes to. The values are stored, so they must not change.</summary>
public enum Destination
{
    Email = 0,
    Sms = 1,
    Slack = 2,
    Push = 3,
}
