using Herald.Engine.Basics;

namespace Herald.Nats.Clusters;

/// <summary>The names by which endpoints and sources refer to clusters.</summary>
internal sealed class ClusterName : ISettingForm
{
    private ClusterName() { }

    public const string Rule = "up to 63 lower-case letters, digits and hyphens, beginning with a letter";

    private const int Longest = 63;

    static string ISettingForm.Rule => $"A name has {Rule}.";

    static bool ISettingForm.Accepts(string text) => IsOne(text);

    // The name is the host of an endpoint, so URLs must not change it.
    public static bool IsOne(string name) =>
        name is [>= 'a' and <= 'z', ..] && name[^1] != '-' && name.Length <= Longest && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
