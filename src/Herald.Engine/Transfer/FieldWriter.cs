using System.Buffers.Binary;
using System.Text;
using Herald.Engine.Events;

namespace Herald.Engine.Transfer;

/// <summary>Writes fields one after another into a reusable buffer.</summary>
internal sealed class FieldWriter
{
    private const int KeptBytes = 16 << 20;

    private byte[] _bytes = new byte[ExportFile.UsualFrame];

    public int Length { get; private set; }
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > KeptBytes)
            _bytes = new byte[ExportFile.UsualFrame];
    }

    public void Add(byte value) => Take(1)[0] = value;

    public void Add(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void Add(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void Add(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void Add(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void Add(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Take(16), value);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        bytes.CopyTo(Take(bytes.Length));
    }

    public void Add(string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        Add(count);
        Encoding.UTF8.GetBytes(text, Take(count));
    }

    public void Add(in IndexEntry index)
    {
        Add(index.Sequence);
        Add(index.AcceptedAtMs);
        Add(index.KeyHash);
        Add(index.IdHash);
        Add(index.RouteHash);
        Add(index.Topic);
        Add(index.Size);
        Add((int)index.Flags);
    }

    private Span<byte> Take(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)_bytes.Length * 2, (long)Length + count)));
        var span = _bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }
}
