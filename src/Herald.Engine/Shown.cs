using System.Text.Unicode;

namespace Herald.Engine;

/// <summary>A value in a sentence for people: cut short; what is no text in hexadecimal.</summary>
public static class Shown
{
    private const int MostBytes = 40;

    public static string Of(ReadOnlySpan<byte> value) => Utf8.IsValid(value) && !ControlCharacters.AreIn(value)
        ? FieldProblem.Of("", value, "").Value
        : $"0x{Convert.ToHexStringLower(value[..Math.Min(value.Length, MostBytes)])}";
}
