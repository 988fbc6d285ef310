using Herald.Engine.Basics;

namespace Herald.Push.Apns;

/// <summary>The ids of keys and teams.</summary>
internal sealed class AppleId : ISettingForm
{
    private AppleId() { }

    public static string Rule => "10 capital letters and digits, like ABC123DEFG.";

    public static bool Accepts(string text) => text.Length == 10 && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));
}
