using System.Buffers.Binary;
using Herald.Engine.Basics;
using Herald.Engine.Events;

namespace Herald.Notifications.Statuses;

/// <summary>What all stored values of statuses have in common: a format in front and a checksum at the end.</summary>
internal static class StoredValue
{
    public const int ChecksumBytes = 4;
    private const byte Format = 1;

    public delegate T ReadBody<T>(RecordReader body);

    public static void Begin(RecordWriter writer)
    {
        writer.Clear();
        writer.Byte(Format);
    }

    public static byte[] End(RecordWriter writer)
    {
        writer.Word(Crc32C.Of(writer.Written));
        return writer.Take();
    }

    /// <exception cref="InvalidDataException">
    /// The value is missing or damaged, or of another version; the message names its key.
    /// </exception>
    public static T Read<T>(ReadOnlySpan<byte> key, ReadOnlyMemory<byte>? value, ReadBody<T> read)
    {
        try
        {
            return read(new RecordReader(BodyOf(value)));
        }
        catch (InvalidDataException damage)
        {
            throw Damaged(key, damage.Message, damage);
        }
    }

    public static InvalidDataException Damaged(ReadOnlySpan<byte> key, string why, Exception? cause = null) =>
        new($"The state entry '{StatusKeys.Name(key)}' of the notifications' statuses is damaged: {why}.", cause);

    private static ReadOnlySpan<byte> BodyOf(ReadOnlyMemory<byte>? value)
    {
        if (value is not { } there)
            throw new InvalidDataException("it is missing");
        var bytes = there.Span;
        if (bytes.Length <= ChecksumBytes
            || Crc32C.Of(bytes[..^ChecksumBytes]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^ChecksumBytes..]))
            throw new InvalidDataException("its checksum is wrong");
        if (bytes[0] != Format)
            throw new InvalidDataException($"it has format {bytes[0]}, but this program reads format {Format}");
        return bytes[1..^ChecksumBytes];
    }
}
