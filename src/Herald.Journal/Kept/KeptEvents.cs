using Herald.Engine.Events;
using Herald.Journal.Frames;
using Herald.Journal.Shards;

namespace Herald.Journal.Kept;

/// <summary>
/// Index entries of one shard's events that outlive their segments because their keys wait, with the locations of the copies.
/// </summary>
/// <remarks>
/// An entry counts only below <see cref="ShardIndex.First"/>: from there on the log itself has the event. The writer changes the list once
/// a change is durable; any thread can read it.
/// </remarks>
internal sealed class KeptEvents
{
    private readonly Lock _gate = new();
    private readonly List<StoredEntry> _inOrder = [];
    private long _bytes;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes that the copies take in the log.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public static long BytesOf(in StoredEntry entry) => EventEntry.Bytes(entry.Size);

    public bool TryGet(long sequence, out StoredEntry entry)
    {
        lock (_gate)
        {
            var at = IndexOf(sequence);
            entry = at < _inOrder.Count && _inOrder[at].Sequence == sequence ? _inOrder[at] : default;
            return entry.Sequence == sequence;
        }
    }

    /// <summary>Reads the entries from one sequence to below another, as many as fit.</summary>
    public int Read(long from, long below, Span<IndexEntry> into)
    {
        lock (_gate)
        {
            var count = 0;
            for (var at = IndexOf(from); at < _inOrder.Count && count < into.Length && _inOrder[at].Sequence < below; at++)
                into[count++] = _inOrder[at].ToIndexEntry();
            return count;
        }
    }

    /// <summary>Adds an entry, or replaces it with its new location.</summary>
    public void Put(in StoredEntry entry)
    {
        lock (_gate)
        {
            var at = IndexOf(entry.Sequence);
            if (at < _inOrder.Count && _inOrder[at].Sequence == entry.Sequence)
            {
                _inOrder[at] = entry;
                return;
            }
            _inOrder.Insert(at, entry);
            Volatile.Write(ref _bytes, _bytes + BytesOf(entry));
            Volatile.Write(ref _count, _inOrder.Count);
        }
    }

    /// <summary>Removes the entries that the shard's owner no longer needs.</summary>
    public void Release(ShardOwner owner)
    {
        lock (_gate)
        {
            _inOrder.RemoveAll(entry => !owner.Needs(entry));
            Volatile.Write(ref _bytes, _inOrder.Sum(entry => BytesOf(entry)));
            Volatile.Write(ref _count, _inOrder.Count);
        }
    }

    public List<StoredEntry> In(uint segment)
    {
        lock (_gate)
            return _inOrder.FindAll(entry => entry.Location.Segment == segment);
    }

    public StoredEntry[] Snapshot()
    {
        lock (_gate)
            return [.. _inOrder];
    }

    private int IndexOf(long sequence)
    {
        int low = 0, high = _inOrder.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_inOrder[middle].Sequence < sequence)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
