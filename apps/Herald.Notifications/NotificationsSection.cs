using Herald.Hosting.Settings;

namespace Herald.Notifications;

/// <summary>The section of the settings. Its rules are checked at start, with all errors at once.</summary>
internal static class NotificationsSection
{
    public static SettingSection<NotificationsOptions> Section { get; } =
        new("notifications", "The notifications application", () => new()) { Rules = NotificationsRules.Broken };
}
