using System.Text;

namespace Herald.Server.Settings;

/// <summary>One setting: its name, its purpose, its rule, and its conversion between text and options.</summary>
/// <param name="Name">
/// The name in the file, e.g. <c>journal.segmentBytes</c>; the variable is then <c>HERALD_JOURNAL_SEGMENT_BYTES</c>.
/// </param>
/// <param name="Purpose">What the setting is for, in one or two sentences; the help of <c>serve</c> shows it.</param>
/// <param name="Rule">The allowed values, in one sentence.</param>
/// <param name="Show">Formats the value in the options as an operator would write it; null for none.</param>
/// <param name="Apply">Returns the options with the value, or null when the value breaks the rule.</param>
public sealed record Setting(
    string Name, string Purpose, string Rule, Func<ServerOptions, string?> Show, Func<ServerOptions, string, ServerOptions?> Apply)
{
    public const string Prefix = "HERALD_";

    public string Variable { get; } = VariableOf(Name);

    /// <summary>Removes secrets from a value before it is shown. The value can be valid or invalid.</summary>
    public Func<string, string> Mask { get; init; } = HideUserInfo;

    /// <summary>The error of a value in options that were written in code; null when the value follows the rule.</summary>
    internal SettingError? Check(ServerOptions options) =>
        Show(options) is { } value && Apply(options, value) is null ? new(Name, Mask(value), "code", Rule) : null;

    /// <summary>A URL can contain a password.</summary>
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
