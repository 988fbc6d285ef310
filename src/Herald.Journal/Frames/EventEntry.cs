using System.Buffers.Binary;
using Herald.Engine.Events;

namespace Herald.Journal.Frames;

/// <summary>
/// The entry of an event, appended or copied forward: the fields of its index entry, then its record. The size is not among the fields; it
/// follows from the entry's length.
/// </summary>
internal static class EventEntry
{
    private const int Fields = 52;

    /// <summary>Offset of the record from the start of the entry.</summary>
    public const int RecordAt = FrameBuffer.EntryHeader + Fields;

    public static int Bytes(int recordLength) => FrameBuffer.EntryBytes(Fields + recordLength);

    /// <summary>Returns the entry's position in the frame.</summary>
    public static int Write(FrameBuffer frame, int shard, in IndexEntry index, ReadOnlySpan<byte> record, EntryType type = EntryType.Event)
    {
        var start = frame.Begin(type, shard, (byte)index.Flags);
        var fields = frame.Take(Fields);
        BinaryPrimitives.WriteInt64LittleEndian(fields, index.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(fields[8..], index.AcceptedAtMs);
        BinaryPrimitives.WriteUInt64LittleEndian(fields[16..], index.KeyHash);
        BinaryPrimitives.WriteUInt64LittleEndian(fields[24..], index.IdHash);
        BinaryPrimitives.WriteUInt128LittleEndian(fields[32..], index.RouteHash);
        BinaryPrimitives.WriteInt32LittleEndian(fields[48..], index.Topic);
        frame.Add(record);
        frame.End();
        return start;
    }

    /// <param name="fields">The bytes after the entry's header.</param>
    public static IndexEntry Read(byte flags, ReadOnlySpan<byte> fields)
    {
        if (fields.Length < Fields)
            throw new InvalidDataException("A field is longer than its entry.");
        return new IndexEntry(
            BinaryPrimitives.ReadInt64LittleEndian(fields), BinaryPrimitives.ReadInt64LittleEndian(fields[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(fields[16..]), BinaryPrimitives.ReadUInt64LittleEndian(fields[24..]),
            BinaryPrimitives.ReadUInt128LittleEndian(fields[32..]), BinaryPrimitives.ReadInt32LittleEndian(fields[48..]),
            fields.Length - Fields, (EventFlags)flags);
    }

    /// <summary>Returns whether the bytes are that event's undamaged entry.</summary>
    public static bool Is(ReadOnlySpan<byte> entry, int shard, long sequence) =>
        FrameBuffer.IsEntry(entry) && entry.Length >= RecordAt && ((EntryType)entry[0] is EntryType.Event or EntryType.KeptEvent)
        && BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]) == shard
        && BinaryPrimitives.ReadInt64LittleEndian(entry[FrameBuffer.EntryHeader..]) == sequence;
}
