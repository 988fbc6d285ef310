using System.Globalization;
using System.Text.Unicode;
using Herald.Alarms.Records;

namespace Herald.Alarms.Retention;

/// <summary>A part of a <see cref="ActivityList"/>: the entry <c>f/{period}/{number}</c>.</summary>
/// <remarks>Format 1: the format, the number of users, and each user with its length in front.</remarks>
internal static class ActivityChunk
{
    public const int MostUsers = 500;
    public const int LongestKey = 48;

    private const byte Format = 1;

    public static ReadOnlySpan<byte> WriteKey(long period, int number, Span<byte> into)
    {
        Utf8.TryWrite(into, CultureInfo.InvariantCulture, $"f/{period}/{number}", out var length);
        return into[..length];
    }

    public static byte[] Encode(IReadOnlyList<byte[]> users, ByteWriter buffer)
    {
        buffer.Clear();
        buffer.Byte(Format);
        buffer.Number(users.Count);
        foreach (var user in users)
        {
            buffer.Byte((byte)user.Length);
            buffer.Bytes(user);
        }
        return buffer.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">The chunk is damaged, or of another version.</exception>
    public static void Decode(ReadOnlySpan<byte> record, List<byte[]> into)
    {
        var reader = new ByteReader(record);
        if (reader.Byte() is not Format and var format)
            throw new InvalidDataException($"A list of users has format {format}, but this program reads format {Format}.");
        for (var left = reader.Number(); left > 0; left--)
            into.Add(reader.Bytes(reader.Byte()).ToArray());
    }
}
