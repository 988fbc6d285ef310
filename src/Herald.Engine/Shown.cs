using System.Text.Unicode;

namespace Herald.Engine;

/// <summary>A value in a sentence for people: cut short; what is no text in hexadecimal.</summary>
public static class Shown
{
    private const int MostBytes = 40;

    public static string Of(ReadOnlySpan<byte> value) => Utf8.IsValid(value) && !HasControl(value)
        ? FieldProblem.Of("", value, "").Value
        : $"0x{Convert.ToHexStringLower(value[..Math.Min(value.Length, MostBytes)])}";

    public static bool HasControl(ReadOnlySpan<byte> text) => text.ContainsAnyInRange((byte)0, (byte)0x1F) || text.Contains((byte)0x7F);
}
