namespace Herald.Engine.Basics;

/// <summary>Finds characters that are not allowed in ids, types and sentences for display.</summary>
public static class ControlCharacters
{
    public static bool AreIn(ReadOnlySpan<byte> utf8) => utf8.ContainsAnyInRange((byte)0, (byte)0x1F) || utf8.Contains((byte)0x7F);
}
