using System.Buffers.Binary;
using Herald.Engine.Events;

namespace Herald.Journal.Frames;

/// <summary>The entry of an event: the fields of its index entry, then its record.</summary>
internal static class EventEntry
{
    private const int Fields = 56;

    /// <summary>Where the record starts, from the start of the entry.</summary>
    public const int RecordAt = FrameBuffer.EntryHeader + Fields;

    public static int Bytes(int recordLength) => (RecordAt + recordLength + FrameHeader.Alignment - 1) & -FrameHeader.Alignment;

    /// <summary>Returns the entry's position in the frame.</summary>
    public static int Write(FrameBuffer frame, int shard, in IndexEntry index, ReadOnlySpan<byte> record)
    {
        var start = frame.Begin(EntryType.Event, shard, (byte)index.Flags);
        var fields = frame.Take(Fields);
        BinaryPrimitives.WriteInt64LittleEndian(fields, index.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(fields[8..], index.AcceptedAtMs);
        BinaryPrimitives.WriteUInt64LittleEndian(fields[16..], index.KeyHash);
        BinaryPrimitives.WriteUInt64LittleEndian(fields[24..], index.IdHash);
        BinaryPrimitives.WriteUInt128LittleEndian(fields[32..], index.RouteHash);
        BinaryPrimitives.WriteInt32LittleEndian(fields[48..], index.Topic);
        BinaryPrimitives.WriteInt32LittleEndian(fields[52..], index.Size);
        frame.Add(record);
        frame.End();
        return start;
    }

    public static IndexEntry Read(byte flags, ReadOnlySpan<byte> fields) => new(
        BinaryPrimitives.ReadInt64LittleEndian(fields), BinaryPrimitives.ReadInt64LittleEndian(fields[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(fields[16..]), BinaryPrimitives.ReadUInt64LittleEndian(fields[24..]),
        BinaryPrimitives.ReadUInt128LittleEndian(fields[32..]), BinaryPrimitives.ReadInt32LittleEndian(fields[48..]),
        BinaryPrimitives.ReadInt32LittleEndian(fields[52..]), (EventFlags)flags);

    /// <summary>Whether the bytes at an event's place are that event's entry.</summary>
    public static bool Is(ReadOnlySpan<byte> entry, int shard, long sequence, int size) =>
        entry.Length >= RecordAt + size && entry[0] == (byte)EntryType.Event
        && BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]) == shard
        && BinaryPrimitives.ReadInt32LittleEndian(entry[4..]) == Fields + size
        && BinaryPrimitives.ReadInt64LittleEndian(entry[8..]) == sequence;
}
