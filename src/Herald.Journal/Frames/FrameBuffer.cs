using System.Buffers.Binary;
using System.Text;
using Herald.Engine.Events;

namespace Herald.Journal.Frames;

/// <summary>
/// The frame being built. An entry is a header of 12 bytes (type, flags, shard, length of the fields, checksum over the rest of the entry)
/// and its fields, padded to 8.
/// </summary>
/// <remarks>
/// Entries have checksums of their own because a reader of one entry does not read its whole frame. The buffer is reused for each frame,
/// and replaced after a large frame has made it grow.
/// </remarks>
internal sealed class FrameBuffer
{
    public const int EntryHeader = 12, ChecksumAt = 8;
    private const int UsualBytes = 1 << 20, KeptBytes = 16 << 20;

    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(UsualBytes);
    private int _entry;

    /// <summary>Bytes so far, including the frame's header.</summary>
    public int Length { get; private set; } = FrameHeader.Length;
    public bool IsEmpty => Length == FrameHeader.Length;

    /// <summary>True when it holds entries other than events. The tables must apply these once they are durable.</summary>
    public bool HasTableEntries { get; private set; }
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    /// <summary>Returns the size of an entry with this many bytes of fields.</summary>
    public static int EntryBytes(int fields) => (EntryHeader + fields + FrameHeader.Alignment - 1) & -FrameHeader.Alignment;

    public void Clear()
    {
        Length = FrameHeader.Length;
        HasTableEntries = false;
        if (_bytes.Length > KeptBytes)
            _bytes = GC.AllocateUninitializedArray<byte>(UsualBytes);
    }

    /// <summary>Returns the position of the entry in the frame.</summary>
    public int Begin(EntryType type, int shard = 0, byte flags = 0)
    {
        _entry = Length;
        HasTableEntries |= type != EntryType.Event;
        var header = Take(EntryHeader);
        header[0] = (byte)type;
        header[1] = flags;
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)shard);
        return _entry;
    }

    public void End()
    {
        var entry = _bytes.AsSpan(_entry, Length - _entry);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], entry.Length - EntryHeader);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[ChecksumAt..], ChecksumOf(entry));
        Pad();
    }

    /// <summary>
    /// Adds a whole entry as it was read. It keeps its old checksum, so that a copy of a damaged entry is still recognised as damaged.
    /// </summary>
    public void AddEntry(ReadOnlySpan<byte> entry)
    {
        HasTableEntries = true;
        Add(entry);
        Pad();
    }

    /// <summary>Returns whether the bytes are exactly one undamaged entry.</summary>
    public static bool IsEntry(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= EntryHeader && BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]) == bytes.Length - EntryHeader
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) == ChecksumOf(bytes);

    /// <summary>Returns the space for a field of fixed size. Fill it before the next call.</summary>
    public Span<byte> Take(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)_bytes.Length * 2, (long)Length + count)));
        var span = _bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }

    public void Add(byte value) => Take(1)[0] = value;

    public void Add(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void Add(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void Add(Location location)
    {
        Add((int)location.Segment);
        Add((int)location.Offset);
    }

    public void Add(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void AddSized(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        Add(bytes);
    }

    public void AddText(string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        Add(count);
        Encoding.UTF8.GetBytes(text, Take(count));
    }

    public ReadOnlyMemory<byte> Seal(ulong number, ulong run, ulong durable)
    {
        new FrameHeader(Length - FrameHeader.Length, number, run, durable).WriteAround(_bytes.AsSpan(0, Length));
        return Bytes;
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> entry) => Crc32C.Of(entry[..ChecksumAt], entry[EntryHeader..]);

    private void Pad() => Take(-Length & (FrameHeader.Alignment - 1)).Clear();
}
