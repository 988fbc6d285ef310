namespace Herald.Alarms.Records;

/// <summary>
/// Reads the format of <see cref="ByteWriter"/>. For any input it reaches the end or throws an <see cref="InvalidDataException"/>.
/// </summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public readonly bool AtEnd => Position == _bytes.Length;

    public byte Byte() => Bytes(1)[0];

    public ReadOnlySpan<byte> Bytes(int length)
    {
        if (length > _bytes.Length - Position)
            throw new InvalidDataException($"the record ends too early, after {_bytes.Length} bytes");
        Position += length;
        return _bytes.Slice(Position - length, length);
    }

    public long Number()
    {
        var value = Bits();
        return value <= long.MaxValue ? (long)value : throw new InvalidDataException($"the number before byte {Position} is too large");
    }

    public long Signed()
    {
        var zigzag = Bits();
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }

    private ulong Bits()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
        throw new InvalidDataException($"the number before byte {Position} is too long");
    }
}
