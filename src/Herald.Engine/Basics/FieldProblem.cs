using System.Text;

namespace Herald.Engine.Basics;

/// <summary>
/// One problem with a caller's input: the field, its value, and the rule that it breaks. An expected failure, so it is a value.
/// </summary>
/// <param name="Pointer">JSON pointer to the field, for example <c>/retry/maxAge</c>.</param>
/// <param name="Value">The value, shortened. The code that makes the problem must mask secrets.</param>
/// <param name="Rule">A sentence that says what is allowed and what to do.</param>
public sealed record FieldProblem(string Pointer, string Value, string Rule)
{
    private const int LongestValue = 80, LongestCharacter = 4;

    public static FieldProblem Of(string pointer, ReadOnlySpan<byte> utf8, string rule)
    {
        if (utf8.Length <= LongestValue)
            return new(pointer, Encoding.UTF8.GetString(utf8), rule);
        var end = LongestValue;
        while (end > LongestValue - LongestCharacter && (utf8[end] & 0xC0) == 0x80)
            end--;
        return new(pointer, Encoding.UTF8.GetString(utf8[..end]) + "…", rule);
    }

    public static FieldProblem Of(string pointer, string? value, string rule) => new(pointer, Cut(value ?? "null"), rule);

    private static string Cut(string value) =>
        value.Length <= LongestValue
            ? value
            : value[..(char.IsHighSurrogate(value[LongestValue - 1]) ? LongestValue - 1 : LongestValue)] + "…";
}
