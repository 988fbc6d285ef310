using System.Text.Unicode;

namespace Herald.Engine.Basics;

/// <summary>Makes a value printable for a sentence: shortened, and in hexadecimal when it is not a text.</summary>
public static class Printable
{
    private const int MostBytes = 40;

    public static string Of(ReadOnlySpan<byte> value) => Utf8.IsValid(value) && !ControlCharacters.AreIn(value)
        ? FieldProblem.Of("", value, "").Value
        : $"0x{Convert.ToHexStringLower(value[..Math.Min(value.Length, MostBytes)])}";
}
