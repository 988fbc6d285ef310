using System.Text;

namespace Herald.Server.Settings;

/// <summary>One thing an operator can set: its name, what it may be, and how it goes into the options and comes out of them.</summary>
/// <param name="Name">As in the file, e.g. <c>journal.segmentBytes</c>; in the environment <c>HERALD_JOURNAL_SEGMENT_BYTES</c>.</param>
/// <param name="Rule">What values are allowed, in a sentence.</param>
/// <param name="Show">The value in the options, as one would write it; null for none.</param>
/// <param name="Apply">The options with the value; null when it breaks the rule.</param>
public sealed record Setting(string Name, string Rule, Func<ServerOptions, string?> Show, Func<ServerOptions, string, ServerOptions?> Apply)
{
    public const string Prefix = "HERALD_";

    public string Variable { get; } = VariableOf(Name);

    /// <summary>What may be shown of a value that holds to the rule, or does not.</summary>
    public Func<string, string> Mask { get; init; } = HideUserInfo;

    /// <summary>What is wrong with the value in options that were not read but written in code; null when it holds to the rule.</summary>
    internal SettingError? Check(ServerOptions options) =>
        Show(options) is { } value && Apply(options, value) is null ? new(Name, Mask(value), "code", Rule) : null;

    /// <summary>A URL may carry a password.</summary>
    private static string HideUserInfo(string value)
    {
        var start = value.IndexOf("://", StringComparison.Ordinal);
        var at = start < 0 ? -1 : value.LastIndexOf('@');
        return at > start ? string.Concat(value.AsSpan(0, start + 3), "***", value.AsSpan(at)) : value;
    }

    private static string VariableOf(string name)
    {
        var text = new StringBuilder(Prefix);
        foreach (var c in name)
        {
            if (c == '.')
                text.Append('_');
            else if (char.IsAsciiLetterUpper(c))
                text.Append('_').Append(c);
            else
                text.Append(char.ToUpperInvariant(c));
        }
        return text.ToString();
    }
}
