namespace Herald.Alarms.Records;

/// <summary>A growing buffer that is reused. The written bytes are lent until it is cleared.</summary>
internal sealed class ByteWriter
{
    private byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Byte(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Length += value.Length;
    }

    /// <summary>A number that is not negative; small ones take few bytes.</summary>
    public void Number(long value)
    {
        var into = Reserve(10);
        var length = 0;
        for (var rest = (ulong)value; ; rest >>= 7)
        {
            into[length++] = rest < 0x80 ? (byte)rest : (byte)(rest | 0x80);
            if (rest < 0x80)
                break;
        }
        Length += length;
    }

    /// <summary>A number that can be negative.</summary>
    public void Signed(long value) => Number((value << 1) ^ (value >> 63));

    private Span<byte> Reserve(int more)
    {
        if (_bytes.Length - Length < more)
            Array.Resize(ref _bytes, Math.Max(Length + more, 2 * _bytes.Length));
        return _bytes.AsSpan(Length);
    }
}
