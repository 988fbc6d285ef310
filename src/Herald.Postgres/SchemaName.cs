using System.Text.RegularExpressions;
using Herald.Engine.Basics;

namespace Herald.Postgres;

/// <summary>The rule for schema names. It is strict because a name becomes part of SQL without quoting.</summary>
internal sealed partial class SchemaName : ISettingForm
{
    private SchemaName() { }

    public const string Rule = "must be a lower-case letter, then up to 39 lower-case letters, digits and underscores";

    static string ISettingForm.Rule => "A lower-case letter, then up to 39 lower-case letters, digits and underscores.";

    static bool ISettingForm.Accepts(string text) => IsValid(text);

    public static bool IsValid(string name) => Pattern().IsMatch(name);

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$")]
    private static partial Regex Pattern();
}
