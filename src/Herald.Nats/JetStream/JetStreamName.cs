using Herald.Engine.Basics;

namespace Herald.Nats.JetStream;

/// <summary>Names of streams and consumers. They are tokens of subjects, and names of folders on servers.</summary>
public sealed class JetStreamName : ISettingForm
{
    private JetStreamName() { }

    public const string Rule = "up to 255 letters, digits, hyphens and underscores";

    private const int Longest = 255;

    static string ISettingForm.Rule => $"A name has {Rule}.";

    static bool ISettingForm.Accepts(string text) => IsOne(text);

    public static bool IsOne(string name) =>
        name?.Length is > 0 and <= Longest && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
