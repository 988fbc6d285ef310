using System.Buffers.Binary;
using Herald.Engine.Events;

namespace Herald.Journal.Frames;

/// <summary>
/// The 40 bytes before a frame's entries: magic, format, checksum, length of the body, number, run, and the highest frame number that was
/// durable when this frame was written.
/// </summary>
/// <remarks>The checksum covers everything except the magic and itself, including the body. Frames start at multiples of 8.</remarks>
internal readonly record struct FrameHeader(int BodyLength, ulong Number, ulong Run, ulong Durable)
{
    public const int Length = 40;
    public const uint Magic = 0x4D524648; // "HFRM"
    public const ushort Format = 4;

    /// <summary>The format before kept events were added.</summary>
    public const ushort OldestFormat = 3;
    public const int Alignment = 8;

    private const int FormatAt = 4, ChecksumAt = 8, CoveredFrom = 12;

    /// <summary>Writes the header of a frame whose body is already in place.</summary>
    public void WriteAround(Span<byte> frame)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[FormatAt..], Format);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[6..], 0);
        BinaryPrimitives.WriteInt32LittleEndian(frame[12..], BodyLength);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[16..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[24..], Run);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[32..], Durable);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[ChecksumAt..], ChecksumOf(frame[..(Length + BodyLength)]));
    }

    public static bool HasMagic(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Magic;

    public static int FormatOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[FormatAt..]);

    public static FrameHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]));

    public static bool ChecksumHolds(ReadOnlySpan<byte> frame) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame[ChecksumAt..]) == ChecksumOf(frame);

    private static uint ChecksumOf(ReadOnlySpan<byte> frame) => Crc32C.Of(frame[FormatAt..ChecksumAt], frame[CoveredFrom..]);
}
