using System.Buffers.Binary;
using Herald.Engine.Events;

namespace Herald.Journal.Segments;

/// <summary>The first 64 bytes of a log file.</summary>
/// <remarks>A segment is created only after all frames before its first are durable. So a whole header proves that they were.</remarks>
internal readonly record struct SegmentHeader(uint Number, Guid Store, ulong FirstFrame)
{
    public const int Length = 64;
    public const int Format = 2;

    private const ulong Magic = 0x314C4E524A444C48; // "HLDJRNL1"
    private const int ChecksumAt = 60;

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Format);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Number);
        Store.TryWriteBytes(bytes.AsSpan(16));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), FirstFrame);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumAt), Crc32C.Of(bytes.AsSpan(0, ChecksumAt)));
        return bytes;
    }

    /// <summary>Returns null when the bytes are not a whole header.</summary>
    public static SegmentHeader? Read(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.Length < Length || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
            return null;
        var format = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (format != Format)
            throw new JournalFormatException(path, format, Format);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) != Crc32C.Of(bytes[..ChecksumAt]))
            return null;
        return new SegmentHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]), new Guid(bytes.Slice(16, 16)),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]));
    }
}
