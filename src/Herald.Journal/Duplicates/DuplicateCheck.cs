using System.Buffers;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Segments;
using Herald.Journal.Shards;

namespace Herald.Journal.Duplicates;

/// <summary>
/// Compares an event with the ids that the window remembers. A hit in the window counts only if the stored record confirms it.
/// </summary>
internal sealed class DuplicateCheck(
    DuplicateWindow window, ShardIndex[] shards, SegmentLog segments, FrameBuffer frame, JournalOptions options)
{
    private readonly long _windowMs = (long)options.DuplicateWindow.TotalMilliseconds;

    /// <summary>Returns null when the event is new.</summary>
    public Appended? Find(in NewEvent candidate, long nowMs)
    {
        var shard = candidate.Shard.Value;
        var index = shards[shard];
        var probe = window.Find(shard, candidate.Index.DuplicateHash, index.Assigned);
        while (probe.MoveNext())
        {
            if (index.TryGet(probe.Sequence, out var entry)
                && entry.KeyHash == candidate.Index.KeyHash && entry.IdHash == candidate.Index.IdHash
                && nowMs - entry.AcceptedAtMs <= _windowMs
                && Compare(index, entry, candidate) is { } verdict)
            {
                return new Appended(verdict, entry.Sequence);
            }
        }
        return null;
    }

    /// <summary>Returns the newest remembered sequence with these hashes, or 0.</summary>
    public long Find(int shard, ulong keyHash, ulong idHash, long nowMs)
    {
        var newest = 0L;
        var probe = window.Find(shard, StableHash.Mix(keyHash, idHash), shards[shard].Head);
        while (probe.MoveNext())
            if (probe.Sequence > newest && shards[shard].TryGet(probe.Sequence, out var entry)
                && entry.KeyHash == keyHash && entry.IdHash == idHash && nowMs - entry.AcceptedAtMs <= _windowMs)
                newest = probe.Sequence;
        return newest;
    }

    /// <summary>
    /// Returns null when the stored event is a different one, or is damaged. A duplicate would be a promise that the event is stored. So
    /// what repeats a damaged event is stored again: a repeat for those who have it, and the event for the others.
    /// </summary>
    private Verdict? Compare(ShardIndex index, in StoredEntry entry, in NewEvent candidate)
    {
        if (entry.Sequence < index.First)
            return CompareHashes(entry, candidate);
        var start = entry.Location;
        var length = EventEntry.RecordAt + entry.Size;
        if (start.Segment == segments.Current?.Number && start.Offset >= segments.Offset)
            return Compare(frame.Bytes.Slice((int)(start.Offset - segments.Offset), length)[EventEntry.RecordAt..], candidate.Record);

        var stored = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return !segments.TryRead(start, stored.AsSpan(0, length)) ? CompareHashes(entry, candidate)
                : EventEntry.Is(stored.AsSpan(0, length), candidate.Shard.Value, entry.Sequence)
                    ? Compare(stored.AsMemory(EventEntry.RecordAt, entry.Size), candidate.Record)
                    : null;
        }
        catch (IOException)
        {
            // One bad place on the disk must not stop the writer. The next reader of that event gets the damage reported.
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    /// <summary>
    /// Decides by hashes alone, when the record was removed before its id was forgotten. Key and id agree in 128 bits that no publisher can
    /// choose, because the hashes depend on a secret.
    /// </summary>
    private static Verdict CompareHashes(in StoredEntry entry, in NewEvent candidate) =>
        entry.RouteHash == candidate.Index.RouteHash ? Verdict.Duplicate : Verdict.Conflict;

    private static Verdict? Compare(ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> candidate)
    {
        EventView original = new(stored), repeated = new(candidate);
        return !original.SameIdentity(repeated) ? null
            : original.SameContent(repeated) ? Verdict.Duplicate
            : Verdict.Conflict;
    }
}
