using System.Text.RegularExpressions;

namespace Herald.Postgres;

/// <summary>The rule for schema names. It is strict because a name becomes part of SQL without quoting.</summary>
internal static partial class SchemaName
{
    public const string Rule = "must be a lower-case letter, then up to 39 lower-case letters, digits and underscores";

    public static bool IsValid(string name) => Pattern().IsMatch(name);

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$")]
    private static partial Regex Pattern();
}
