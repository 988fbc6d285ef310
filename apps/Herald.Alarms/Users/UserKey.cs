using Herald.Alarms.Messages;

namespace Herald.Alarms.Users;

/// <summary>The key of a user's record: <c>u/</c> and the user's id.</summary>
internal static class UserKey
{
    public const int Longest = 2 + MessageParser.LongestId;

    public static ReadOnlySpan<byte> Write(ReadOnlySpan<byte> name, Span<byte> into)
    {
        "u/"u8.CopyTo(into);
        name.CopyTo(into[2..]);
        return into[..(2 + name.Length)];
    }
}
