using System.Buffers;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Segments;
using Herald.Journal.Shards;

namespace Herald.Journal.Duplicates;

/// <summary>Holds an event against what the window remembers; a hit is believed only once the record says the same.</summary>
internal sealed class DuplicateCheck(DuplicateWindow window, ShardIndex[] shards, SegmentLog segments, FrameBuffer frame, JournalOptions options)
{
    private readonly long _windowMs = (long)options.DuplicateWindow.TotalMilliseconds;

    /// <summary>Null when the event is new.</summary>
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

    /// <summary>The newest remembered sequence with these hashes, or 0.</summary>
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

    /// <summary>Null when it is another event after all.</summary>
    private Verdict? Compare(ShardIndex index, in StoredEntry entry, in NewEvent candidate)
    {
        // The record may be gone before its id is forgotten. Both hashes are seeded and agree in 128 bits, which must do.
        if (entry.Sequence < index.First)
            return entry.RouteHash == candidate.Index.RouteHash ? Verdict.Duplicate : Verdict.Conflict;

        var start = entry.Location with { Offset = entry.Location.Offset + EventEntry.RecordAt };
        if (start.Segment == segments.Current?.Number && start.Offset >= segments.Offset)
            return Compare(frame.Bytes.Slice((int)(start.Offset - segments.Offset), entry.Size), candidate.Record);

        var record = ArrayPool<byte>.Shared.Rent(entry.Size);
        try
        {
            return segments.TryRead(start, record.AsSpan(0, entry.Size))
                ? Compare(record.AsMemory(0, entry.Size), candidate.Record)
                : Verdict.Duplicate;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(record);
        }
    }

    private static Verdict? Compare(ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> candidate)
    {
        EventView original = new(stored), repeated = new(candidate);
        return !original.SameIdentity(repeated) ? null
            : original.SameContent(repeated) ? Verdict.Duplicate
            : Verdict.Conflict;
    }
}
