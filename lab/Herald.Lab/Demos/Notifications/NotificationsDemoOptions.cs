namespace Herald.Lab.Demos.Notifications;

/// <param name="Count">How many notifications are posted, each twice.</param>
/// <param name="Load">How long the posting takes.</param>
internal sealed record NotificationsDemoOptions(int Count, TimeSpan Load, TimeSpan Drain, bool Plain, bool Json);
