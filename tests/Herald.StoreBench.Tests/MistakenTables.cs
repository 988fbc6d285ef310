using System.Diagnostics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.StoreBench.Groups;

namespace Herald.StoreBench.Tests;

/// <summary>Tables that make one mistake when the events of a shard are read.</summary>
internal sealed class MistakenTables(ILogTables tables, Mistake mistake) : ILogTables
{
    public IndexEntry? Last(int shard) => tables.Last(shard);

    public Appended? FindOriginal(in NewEvent candidate) => tables.FindOriginal(candidate);

    public void Add(int shard, in IndexEntry index, ReadOnlyMemory<byte> record) => tables.Add(shard, index, record);

    public void Commit() => tables.Commit();

    public int ReadIndex(int shard, long from, Span<IndexEntry> into) => tables.ReadIndex(shard, from, into);

    public void Read(int shard, long sequence, IEventSink sink)
    {
        switch (mistake)
        {
            case Mistake.Lost:
                if (sequence != 1)
                    tables.Read(shard, sequence, sink);
                break;
            case Mistake.Swapped:
                // All events in the opposite order: some key has more than one.
                var entry = new IndexEntry[1];
                var last = 1L;
                while (tables.ReadIndex(shard, last + 1, entry) > 0)
                    last++;
                tables.Read(shard, last + 1 - sequence, sink);
                break;
            case Mistake.Changed:
                tables.Read(shard, sequence, new Changing(sink));
                break;
            default:
                throw new UnreachableException($"{mistake}");
        }
    }

    public long FindById(int shard, ulong keyHash, ulong idHash) => tables.FindById(shard, keyHash, idHash);

    public void Dispose() => tables.Dispose();

    private sealed class Changing(IEventSink sink) : IEventSink
    {
        public void OnEvent(long sequence, ReadOnlySpan<byte> record)
        {
            var bytes = record.ToArray();
            bytes[^10] ^= 1;
            sink.OnEvent(sequence, bytes);
        }

        public void OnDamaged(long sequence, string damage) => sink.OnDamaged(sequence, damage);
    }
}
