using System.Buffers.Binary;
using System.Globalization;

namespace Herald.Notifications.Statuses;

/// <summary>The keys of the state entries that hold statuses. The timers of the application have keys of their own (W, w).</summary>
internal static class StatusKeys
{
    /// <summary>The directory is written to one of two entries in turn, so that a damaged one leaves the other.</summary>
    public static readonly byte[] Directory0 = "d0"u8.ToArray(), Directory1 = "d1"u8.ToArray();

    private const byte Chunks = (byte)'a', Summaries = (byte)'s', Pages = (byte)'p', Uuids = (byte)'t', Recipients = (byte)'q';

    public static byte[] Directory(long number) => number % 2 == 0 ? Directory0 : Directory1;

    public static byte[] Chunk(int slot) => [Chunks, (byte)slot];

    public static byte[] Summary(long chapter) => Numbered(Summaries, chapter, 0);

    public static byte[] Page(long page) => Numbered(Pages, page, 0);

    public static byte[] UuidPart(long block, int part) => Numbered(Uuids, block, 1, part);

    public static byte[] RecipientPart(long block, int part) => Numbered(Recipients, block, 1, part);

    /// <summary>The name of a key in messages, such as <c>p 123</c>.</summary>
    public static string Name(ReadOnlySpan<byte> key) => key switch
    {
        [Chunks, var slot] => string.Create(CultureInfo.InvariantCulture, $"a {slot}"),
        [Summaries or Pages, ..] when key.Length == 9 =>
            string.Create(CultureInfo.InvariantCulture, $"{(char)key[0]} {BinaryPrimitives.ReadInt64BigEndian(key[1..])}"),
        [Uuids or Recipients, ..] when key.Length == 10 =>
            string.Create(CultureInfo.InvariantCulture, $"{(char)key[0]} {BinaryPrimitives.ReadInt64BigEndian(key[1..])} {key[9]}"),
        [(byte)'d', var which] => $"d{(char)which}",
        _ => Convert.ToHexString(key),
    };

    private static byte[] Numbered(byte kind, long number, int more, int part = 0)
    {
        var key = new byte[1 + sizeof(long) + more];
        key[0] = kind;
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(1), number);
        if (more > 0)
            key[^1] = (byte)part;
        return key;
    }
}
