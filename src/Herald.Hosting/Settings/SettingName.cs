using System.Globalization;

namespace Herald.Hosting.Settings;

/// <summary>
/// The spellings of a setting's name. The property <c>SegmentBytes</c> of the section <c>journal</c> is <c>journal.segmentBytes</c> in
/// documents, messages and <c>--set</c>, the field <c>segmentBytes</c> in the object <c>journal</c> of the file, and the variable
/// <c>HERALD__JOURNAL__SEGMENTBYTES</c>. Names are compared without case.
/// </summary>
internal static class SettingName
{
    /// <summary>How variables of settings begin.</summary>
    public const string Prefix = "HERALD__";

    /// <summary>Other variables of Herald, and variables of settings before, begin with this.</summary>
    public const string FormerPrefix = "HERALD_";

    /// <summary>Separates the parts of a variable's name.</summary>
    public const string Separator = "__";

    public static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    /// <summary>The number of an item in a list.</summary>
    public static bool IsNumber(string part) => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    public static string Join(string before, string name) => before.Length == 0 ? name : $"{before}.{name}";

    /// <summary>The variable of a setting.</summary>
    public static string Variable(string name) => Prefix + name.Replace(".", Separator, StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>The option that a setting had when all of them had one: <c>--journal-segment-bytes</c>.</summary>
    public static string FormerOption(string name) =>
        "--" + string.Concat(name.Select(c => c == '.' ? "-" : char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{c}"));

    /// <summary>The variable that a setting had before: <c>HERALD_JOURNAL_SEGMENT_BYTES</c>.</summary>
    public static string FormerVariable(string name) => FormerPrefix + FormerOption(name)[2..].Replace('-', '_').ToUpperInvariant();
}
