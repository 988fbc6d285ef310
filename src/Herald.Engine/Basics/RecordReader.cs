using System.Buffers.Binary;
using System.Text;

namespace Herald.Engine.Basics;

/// <summary>
/// Reads what <see cref="RecordWriter"/> wrote. Bytes that it cannot have written are refused with <see cref="InvalidDataException"/>, and
/// before anything is allocated for them.
/// </summary>
public ref struct RecordReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte Byte() => Bytes(1)[0];

    public ReadOnlySpan<byte> Bytes(long count)
    {
        if (count < 0 || count > _rest.Length)
            throw new InvalidDataException($"A record is {count - _rest.Length} bytes too short.");
        var bytes = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return bytes;
    }

    /// <summary>Reads a count of items that take at least one byte each.</summary>
    public int Count()
    {
        var count = Number();
        return count >= 0 && count <= _rest.Length
            ? (int)count : throw new InvalidDataException($"A record announces {count} items, but only {_rest.Length} bytes follow.");
    }

    /// <summary>All remaining bytes.</summary>
    public ReadOnlySpan<byte> Rest() => Bytes(_rest.Length);

    public long Number()
    {
        ulong zigzag = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Byte();
            zigzag |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
        }
        throw new InvalidDataException("A record contains a number that is too long.");
    }

    public uint Word() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong Hash() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public string Text() => Encoding.UTF8.GetString(Bytes(Number()));
}
