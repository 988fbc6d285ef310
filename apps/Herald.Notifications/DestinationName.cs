using Herald.Engine.Basics;

namespace Herald.Notifications;

/// <summary>The names of destinations in settings.</summary>
public sealed class DestinationName : ISettingForm
{
    private DestinationName() { }

    public static string Rule => "A destination: email, sms, slack or push.";

    public static bool Accepts(string text) => text is "email" or "sms" or "slack" or "push";
}
