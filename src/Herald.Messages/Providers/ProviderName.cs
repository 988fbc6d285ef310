using Herald.Engine.Basics;

namespace Herald.Messages.Providers;

/// <summary>The names by which endpoints refer to providers.</summary>
public sealed class ProviderName : ISettingForm
{
    private const int Longest = 63;

    private ProviderName() { }

    public static string Rule => "A name has up to 63 lower-case letters, digits and hyphens, beginning with a letter.";

    /// <summary>The name is the host of an endpoint, so URLs must not change it.</summary>
    public static bool Accepts(string text) =>
        text is [>= 'a' and <= 'z', ..] && text[^1] != '-' && text.Length <= Longest
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
