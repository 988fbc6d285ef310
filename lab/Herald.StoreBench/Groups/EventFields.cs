using System.Buffers.Binary;
using Herald.Engine.Events;

namespace Herald.StoreBench.Groups;

/// <summary>The bytes before a stored record: the fields of its index entry, except sequence and size, which follow from its place.</summary>
internal static class EventFields
{
    public const int Length = 45;

    public static void Write(Span<byte> into, in IndexEntry index)
    {
        into[0] = (byte)index.Flags;
        BinaryPrimitives.WriteInt64LittleEndian(into[1..], index.AcceptedAtMs);
        BinaryPrimitives.WriteUInt64LittleEndian(into[9..], index.KeyHash);
        BinaryPrimitives.WriteUInt64LittleEndian(into[17..], index.IdHash);
        BinaryPrimitives.WriteUInt128LittleEndian(into[25..], index.RouteHash);
        BinaryPrimitives.WriteInt32LittleEndian(into[41..], index.Topic);
    }

    /// <param name="recordLength">Bytes of the record behind these fields.</param>
    public static IndexEntry Read(ReadOnlySpan<byte> fields, long sequence, int recordLength) => new(
        sequence, BinaryPrimitives.ReadInt64LittleEndian(fields[1..]), BinaryPrimitives.ReadUInt64LittleEndian(fields[9..]),
        BinaryPrimitives.ReadUInt64LittleEndian(fields[17..]), BinaryPrimitives.ReadUInt128LittleEndian(fields[25..]),
        BinaryPrimitives.ReadInt32LittleEndian(fields[41..]), recordLength, (EventFlags)fields[0]);
}
