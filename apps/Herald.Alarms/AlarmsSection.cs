using Herald.Hosting.Settings;

namespace Herald.Alarms;

/// <summary>The application's settings. Like the server's own, they are read from the file, the environment and the command line.</summary>
public static class AlarmsSection
{
    public static SettingSection<AlarmsOptions> Settings { get; } = new("alarms", "The alarms application", () => new());
}
