namespace Herald.Engine;

/// <summary>One thing wrong with what a caller sent: where, what it was, and the rule it breaks. An expected failure, so a value.</summary>
/// <param name="Pointer">JSON pointer to the field, e.g. <c>/retry/maxAge</c>.</param>
/// <param name="Value">The value, cut short; secrets masked by who made it.</param>
/// <param name="Rule">A sentence that says what is allowed and what to do.</param>
public sealed record FieldProblem(string Pointer, string Value, string Rule)
{
    private const int LongestValue = 80;

    public static FieldProblem Of(string pointer, ReadOnlySpan<byte> utf8, string rule)
    {
        var text = System.Text.Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, LongestValue)]);
        return new(pointer, utf8.Length > LongestValue ? text + "…" : text, rule);
    }

    public static FieldProblem Of(string pointer, string? value, string rule) =>
        new(pointer, value is null ? "null" : value.Length > LongestValue ? value[..LongestValue] + "…" : value, rule);
}
