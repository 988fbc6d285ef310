using Herald.Engine.Basics;

namespace Herald.Push.Apns;

/// <summary>The ids of apps.</summary>
internal sealed class BundleId : ISettingForm
{
    private BundleId() { }

    public static string Rule => "Up to 155 letters, digits, hyphens and dots, like com.example.app.";

    public static bool Accepts(string text) =>
        text.Length is > 0 and <= 155 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
}
