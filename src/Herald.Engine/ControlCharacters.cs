namespace Herald.Engine;

/// <summary>What may not be in an id, a type or a sentence for people.</summary>
public static class ControlCharacters
{
    public static bool AreIn(ReadOnlySpan<byte> utf8) => utf8.ContainsAnyInRange((byte)0, (byte)0x1F) || utf8.Contains((byte)0x7F);
}
