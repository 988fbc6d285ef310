using Herald.Engine.Events;
using Herald.Journal.Frames;
using Herald.Journal.Segments;

namespace Herald.Journal.Shards;

/// <summary>
/// Rebuilds damaged index entries from the log. If the log no longer has an event, its entry gets no location, and readers of that event
/// get it reported as damaged.
/// </summary>
internal sealed class IndexMender(SegmentLog segments)
{
    /// <param name="from">The sequence of the first entry.</param>
    /// <param name="damaged">The indexes of the entries to rebuild, ascending.</param>
    /// <param name="timeBefore">The time at which the event before the first damaged one was accepted.</param>
    /// <returns>How many entries were found in the log.</returns>
    public int Mend(int shard, long from, Span<StoredEntry> entries, ReadOnlySpan<int> damaged, long timeBefore)
    {
        foreach (var i in damaged)
            entries[i] = default;
        for (var at = 0; at < damaged.Length;)
        {
            var sequence = from + damaged[at];
            if (segments.All.FirstOrDefault(s => s.Last[shard] >= sequence) is not { } segment)
                break;
            Scan(segment, shard, from, entries, sequence, from + damaged[^1]);
            while (at < damaged.Length && from + damaged[at] <= segment.Last[shard])
                at++;
        }
        var found = damaged.Length;
        foreach (var i in damaged)
        {
            if (entries[i].Sequence != 0)
                continue;
            var time = i > 0 ? entries[i - 1].AcceptedAtMs : timeBefore;
            // Marked like a message that no source understood: it matches no subscription, and becomes one dead letter.
            entries[i] = new StoredEntry(new IndexEntry(from + i, time, 0, 0, 0, 0, 0, EventFlags.Rejected), default);
            found--;
        }
        return found;
    }

    /// <summary>Reads the segment from its beginning. Passes damaged frames as long as their headers lead to the next frame.</summary>
    private static void Scan(Segment segment, int shard, long from, Span<StoredEntry> entries, long first, long last)
    {
        try
        {
            var reader = new FrameReader(segment.File, SegmentHeader.Length, segment.FirstFrame);
            while (reader.MoveNext() || reader.TryPassDamaged())
                if (!reader.Body.IsEmpty && Take(reader, segment, shard, from, entries, first, last))
                    return;
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or InvalidDataException)
        {
            // Keep the entries that were found before the failure.
        }
    }

    /// <returns>Whether the last sequence was passed.</returns>
    private static bool Take(FrameReader reader, Segment segment, int shard, long from, Span<StoredEntry> entries, long first, long last)
    {
        var entry = new EntryReader(reader.Body.Span);
        while (entry.MoveNext())
        {
            if (entry.Type != EntryType.Event || entry.Shard != shard)
                continue;
            var index = EventEntry.Read(entry.Flags, entry.Rest);
            if (index.Sequence > last)
                return true;
            if (index.Sequence >= first && entries[(int)(index.Sequence - from)].Sequence == 0)
                entries[(int)(index.Sequence - from)] = new StoredEntry(
                    index, new Location(segment.Number, (uint)(reader.BodyOffset + entry.Start)));
        }
        return false;
    }
}
