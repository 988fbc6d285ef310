using System.Buffers.Binary;
using System.Text;
using Herald.Engine.Events;

namespace Herald.Engine.Transfer;

/// <summary>Reads what <see cref="FieldWriter"/> wrote. Returned memory is part of the frame's buffer, not a copy.</summary>
internal sealed class FieldReader(ReadOnlyMemory<byte> bytes)
{
    private int _at;

    public bool IsAtEnd => _at == bytes.Length;

    public byte Byte() => Take(1).Span[0];

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span);

    public uint UInt() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8).Span);

    public ulong ULong() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span);

    public UInt128 Wide() => BinaryPrimitives.ReadUInt128LittleEndian(Take(16).Span);

    public ReadOnlyMemory<byte> Sized() => Take(Int());

    public string Text() => Encoding.UTF8.GetString(Sized().Span);

    public IndexEntry Index() => new(
        Long(), Long(), ULong(), ULong(), Wide(), Int(), Int(), (EventFlags)Int());

    public ShardId Shard(int shards) => Int() is var shard && (uint)shard < (uint)shards ? new ShardId(shard)
        : throw new InvalidDataException($"Shard {shard} does not exist; the store has {shards} shards.");

    private ReadOnlyMemory<byte> Take(int count)
    {
        if (count < 0 || count > bytes.Length - _at)
            throw new InvalidDataException("A field is longer than its frame.");
        var taken = bytes.Slice(_at, count);
        _at += count;
        return taken;
    }
}
