using System.Buffers.Binary;
using System.Text;

namespace Herald.Journal.Frames;

/// <summary>Iterates over the entries in a frame's body, and over the fields of each entry.</summary>
internal ref struct EntryReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _next, _at;

    public EntryReader(ReadOnlySpan<byte> entries)
    {
        _bytes = entries;
    }

    public EntryType Type { get; private set; }
    public byte Flags { get; private set; }
    public int Shard { get; private set; }

    /// <summary>Position of the entry's header in the reader's bytes.</summary>
    public int Start { get; private set; }

    /// <summary>Position of the next field in the reader's bytes.</summary>
    public readonly int Position => _at;

    /// <summary>Bytes of the whole entry without padding.</summary>
    public readonly int Length => End - Start;

    /// <summary>The fields that were not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _bytes[_at..End];
    private int End { get; set; }

    public bool MoveNext()
    {
        if (_next + FrameBuffer.EntryHeader > _bytes.Length)
            return false;
        Start = _next;
        var header = _bytes[_next..];
        Type = (EntryType)header[0];
        Flags = header[1];
        Shard = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        _at = _next + FrameBuffer.EntryHeader;
        if (length < 0 || length > _bytes.Length - _at)
            throw new InvalidDataException($"An entry of {length} bytes is longer than its frame.");
        End = _at + length;
        _next = (End + FrameHeader.Alignment - 1) & -FrameHeader.Alignment;
        return true;
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > End - _at)
            throw new InvalidDataException("A field is longer than its entry.");
        var span = _bytes.Slice(_at, count);
        _at += count;
        return span;
    }

    public byte Byte() => Take(1)[0];

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public Location Location() => new((uint)Int(), (uint)Int());

    public ReadOnlySpan<byte> Sized() => Take(Int());

    public string Text() => Encoding.UTF8.GetString(Sized());
}
