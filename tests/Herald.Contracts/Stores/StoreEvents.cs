using System.Buffers.Binary;
using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Contracts.Stores;

/// <summary>Makes events as Intake does: the record in the engine's layout, and its index entry.</summary>
public sealed class StoreEvents(IEventLog log, StoreClock clock)
{
    private int _ids;

    /// <param name="id">Null: the id is made up, and the event is not deduplicated.</param>
    public NewEvent Make(string? id = null, string? key = "key", string topic = "topic", ReadOnlyMemory<byte> payload = default, int? shard = null) =>
        Make(Encoding.UTF8.GetBytes(topic), id, key is null ? null : Encoding.UTF8.GetBytes(key), payload, shard);

    public NewEvent[] Make(int count, string? key = "key", int? shard = null) =>
        [.. Enumerable.Range(0, count).Select(i => Make(key: key, shard: shard, payload: Encoding.UTF8.GetBytes($"payload {i}")))];

    public ShardId ShardOf(string key, string topic = "topic") => Make(key: key, topic: topic).Shard;

    /// <summary>The same event, as Herald makes it inside a commit.</summary>
    public static NewEvent Emitted(NewEvent one)
    {
        var record = one.Record.ToArray();
        var flags = (one.Index.Flags & ~EventFlags.Identified) | EventFlags.Emitted;
        record[1] = (byte)flags;
        return one with { Index = one.Index with { Flags = flags }, Record = record };
    }

    public static byte[] Payload(string text) => Encoding.UTF8.GetBytes(text);

    private NewEvent Make(byte[] topic, string? id, byte[]? key, ReadOnlyMemory<byte> payload, int? shard)
    {
        var idBytes = Encoding.UTF8.GetBytes(id ?? $"made-{Interlocked.Increment(ref _ids)}");
        var flags = (id is null ? 0 : EventFlags.Identified) | (key is null ? 0 : EventFlags.Keyed);
        var record = Encode(topic, idBytes, key ?? [], payload.Span, flags, clock.NowMs);
        var keyHash = StableHash.Mix(StableHash.Of(topic, log.HashSeed), StableHash.Of(key ?? idBytes, log.HashSeed));
        var index = new IndexEntry(
            0, clock.NowMs, keyHash, StableHash.Of(idBytes, log.HashSeed), new UInt128(keyHash, 7), 1, record.Length, flags);
        return new NewEvent(shard is { } chosen ? new ShardId(chosen) : ShardId.Of(keyHash, log.ShardCount), index, record);
    }

    private static byte[] Encode(byte[] topic, byte[] id, byte[] key, ReadOnlySpan<byte> payload, EventFlags flags, long nowMs)
    {
        const int Prefix = 44;
        var contentType = "text/plain"u8;
        var record = new byte[Prefix + topic.Length + id.Length + key.Length + contentType.Length + payload.Length];
        record[0] = 1;
        record[1] = (byte)flags;
        record[2] = (byte)topic.Length;
        record[3] = (byte)id.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(4), (ushort)key.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(8), (ushort)contentType.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(16), payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(20), nowMs);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(28), nowMs);
        var at = Prefix;
        foreach (var part in (ReadOnlySpan<byte[]>)[topic, id, key, contentType.ToArray(), payload.ToArray()])
        {
            part.CopyTo(record, at);
            at += part.Length;
        }
        return record;
    }
}
