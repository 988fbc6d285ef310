using System.Buffers;
using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Segments;

namespace Herald.Journal.Shards;

/// <summary>Reads whole events by their places in the log; neighbours come with one system call.</summary>
internal sealed class EventReader(ShardIndex[] shards, SegmentLog segments)
{
    private const int RunBytes = 1 << 20, GapBytes = 16 << 10, EntriesAtOnce = 256;

    public void Read(int shard, ReadOnlySpan<long> sequences, IEventSink sink)
    {
        var entries = ArrayPool<StoredEntry>.Shared.Rent(EntriesAtOnce);
        try
        {
            while (!sequences.IsEmpty)
            {
                var count = ReadEntries(shards[shard], sequences, entries, out var taken);
                for (var from = 0; from < count;)
                {
                    var to = EndOfRun(entries.AsSpan(0, count), from);
                    ReadRun(shard, entries.AsSpan(from, to - from), sink);
                    from = to;
                }
                sequences = sequences[taken..];
            }
        }
        finally
        {
            ArrayPool<StoredEntry>.Shared.Return(entries);
        }
    }

    /// <summary>Index entries of the first sequences; those no longer kept are passed over.</summary>
    private static int ReadEntries(ShardIndex index, ReadOnlySpan<long> sequences, Span<StoredEntry> into, out int taken)
    {
        var (count, first, head) = (0, index.First, index.Head);
        for (taken = 0; taken < sequences.Length && count < EntriesAtOnce;)
        {
            var sequence = sequences[taken];
            if (sequence < first || sequence > head)
            {
                taken++;
                continue;
            }
            var run = 1;
            while (taken + run < sequences.Length && count + run < EntriesAtOnce && sequences[taken + run] == sequence + run)
                run++;
            var read = index.Read(sequence, into.Slice(count, run));
            count += read;
            taken += Math.Max(read, 1);
        }
        return count;
    }

    private static int EndOfRun(ReadOnlySpan<StoredEntry> entries, int from)
    {
        var start = entries[from].Location;
        var end = from + 1;
        long last = start.Offset + EventEntry.RecordAt + entries[from].Size;
        for (; end < entries.Length; end++)
        {
            var at = entries[end].Location;
            if (at.Segment != start.Segment || at.Offset - last > GapBytes || at.Offset + EventEntry.RecordAt + entries[end].Size - start.Offset > RunBytes)
                break;
            last = at.Offset + EventEntry.RecordAt + entries[end].Size;
        }
        return end;
    }

    private void ReadRun(int shard, ReadOnlySpan<StoredEntry> run, IEventSink sink)
    {
        var start = run[0].Location;
        var length = (int)(run[^1].Location.Offset - start.Offset) + EventEntry.RecordAt + run[^1].Size;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            if (!segments.TryRead(start, buffer.AsSpan(0, length)))
                return;
            foreach (ref readonly var entry in run)
            {
                var at = (int)(entry.Location.Offset - start.Offset);
                var bytes = buffer.AsSpan(at, EventEntry.RecordAt + entry.Size);
                if (!EventEntry.Is(bytes, shard, entry.Sequence))
                    throw new JournalDamagedException(segments.PathOf(start.Segment), entry.Location.Offset, $"not the event {entry.Sequence} of shard {shard}");
                sink.OnEvent(entry.Sequence, bytes[EventEntry.RecordAt..]);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
