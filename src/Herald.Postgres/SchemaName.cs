using System.Text.RegularExpressions;

namespace Herald.Postgres;

/// <summary>What may name a schema: it stands in SQL as it is.</summary>
internal static partial class SchemaName
{
    public const string Rule = "must be a lower-case letter, then up to 39 lower-case letters, digits and underscores";

    public static bool IsValid(string name) => Pattern().IsMatch(name);

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$")]
    private static partial Regex Pattern();
}
