using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Segments;

namespace Herald.Journal.Shards;

/// <summary>Reads whole events by their places in the log. Events that lie close together are read with one system call.</summary>
internal sealed class EventReader(JournalContents contents)
{
    private const int RunBytes = 1 << 20, GapBytes = 16 << 10, EntriesAtOnce = 256;

    private readonly SegmentLog _segments = contents.Segments;

    public void Read(int shard, ReadOnlySpan<long> sequences, IEventSink sink)
    {
        var entries = ArrayPool<StoredEntry>.Shared.Rent(EntriesAtOnce);
        try
        {
            while (!sequences.IsEmpty)
            {
                var count = ReadEntries(shard, sequences, entries, out var taken);
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

    /// <summary>Reads the index entries of the first sequences. Skips events that are no longer kept.</summary>
    private int ReadEntries(int shard, ReadOnlySpan<long> sequences, Span<StoredEntry> into, out int taken)
    {
        var index = contents.Shards[shard];
        var (count, first, head) = (0, index.First, index.Head);
        for (taken = 0; taken < sequences.Length && count < EntriesAtOnce;)
        {
            var sequence = sequences[taken];
            if (sequence < first || sequence > head)
            {
                taken++;
                if (sequence < first && contents.Kept[shard].TryGet(sequence, out into[count]))
                    count++;
                continue;
            }
            var run = 1;
            while (taken + run < sequences.Length && count + run < EntriesAtOnce && sequences[taken + run] == sequence + run)
                run++;
            var read = index.Read(sequence, into.Slice(count, run));
            // Retention can free entries while they are read, so read again if the first sequence has moved.
            if (index.First > sequence)
            {
                first = index.First;
                continue;
            }
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
            if (at.Segment != start.Segment || at.Offset < last || at.Offset - last > GapBytes || at.Offset + EventEntry.RecordAt + entries[end].Size - start.Offset > RunBytes)
                break;
            last = at.Offset + EventEntry.RecordAt + entries[end].Size;
        }
        return end;
    }

    private void ReadRun(int shard, ReadOnlySpan<StoredEntry> run, IEventSink sink)
    {
        if (run[0].Location.IsNone)
        {
            foreach (ref readonly var lost in run)
                sink.OnDamaged(lost.Sequence, "its entry is readable neither in the index nor in the log");
            return;
        }
        var start = run[0].Location;
        var length = (int)(run[^1].Location.Offset - start.Offset) + EventEntry.RecordAt + run[^1].Size;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var outcome = TryRead(start, buffer.AsSpan(0, length), out var failure);
            switch (outcome)
            {
                case ReadOutcome.Gone:
                    foreach (ref readonly var entry in run)
                        ReadMoved(shard, entry, sink);
                    return;
                case ReadOutcome.Failed when run.Length > 1:
                    // Read one by one, so that one bad place does not affect its neighbours.
                    for (var i = 0; i < run.Length; i++)
                        ReadRun(shard, run.Slice(i, 1), sink);
                    return;
                case ReadOutcome.Failed:
                    sink.OnDamaged(run[0].Sequence, Met(shard, run[0], failure!));
                    return;
                case ReadOutcome.Read:
                    break;
                default:
                    throw new UnreachableException($"{outcome}");
            }
            foreach (ref readonly var entry in run)
            {
                var bytes = buffer.AsSpan((int)(entry.Location.Offset - start.Offset), EventEntry.RecordAt + entry.Size);
                if (!EventEntry.Is(bytes, shard, entry.Sequence))
                    sink.OnDamaged(entry.Sequence, Met(shard, entry, "differs from what was written"));
                else if (entry.Size == 0)
                    sink.OnDamaged(entry.Sequence, "its record was already damaged in the store from which it was imported");
                else
                    sink.OnEvent(entry.Sequence, bytes[EventEntry.RecordAt..]);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// The event's segment was removed. Reads the event from its new place if it was copied forward since its place was looked up.
    /// </summary>
    private void ReadMoved(int shard, in StoredEntry entry, IEventSink sink)
    {
        if (contents.TryFind(shard, entry.Sequence, out var now) && now.Location != entry.Location)
            ReadRun(shard, new ReadOnlySpan<StoredEntry>(in now), sink);
    }

    private ReadOutcome TryRead(Location from, Span<byte> into, out string? failure)
    {
        failure = null;
        try
        {
            return _segments.TryRead(from, into) ? ReadOutcome.Read : ReadOutcome.Gone;
        }
        catch (IOException met)
        {
            failure = $"cannot be read: {met.Message}";
            return ReadOutcome.Failed;
        }
    }

    private string Met(int shard, in StoredEntry entry, string what) => contents.Damages.Met(
        _segments.PathOf(entry.Location.Segment), entry.Location.Offset,
        string.Create(CultureInfo.InvariantCulture, $"event {entry.Sequence} of shard {shard} {what}"));

    private enum ReadOutcome
    {
        Read,

        /// <summary>The segment was removed.</summary>
        Gone,
        Failed,
    }
}
