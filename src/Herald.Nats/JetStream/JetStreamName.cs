namespace Herald.Nats.JetStream;

/// <summary>Names of streams and consumers. They are tokens of subjects, and names of folders on servers.</summary>
public static class JetStreamName
{
    public const string Rule = "up to 255 letters, digits, hyphens and underscores";

    private const int Longest = 255;

    public static bool IsOne(string name) => name.Length is > 0 and <= Longest && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
