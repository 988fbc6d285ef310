using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Postgres.Reads;

/// <summary>The newest events of one shard in two rings of a fixed size.</summary>
/// <remarks>
/// A node does not have to read again what it appends to its own shards, or reads at their heads. Events of other nodes are read a moment
/// later, often after an event of this node that follows them. Their place stays open until then.
/// </remarks>
internal sealed class RecentEvents
{
    private const int NotKept = -1;

    private readonly Lock _gate = new();
    private readonly Slot[] _slots;
    private readonly byte[] _bytes;
    private long _last;

    // The position of the next record, counted without wrapping. A record is whole until it is overwritten.
    private long _written;

    public RecentEvents(int bytes)
    {
        _bytes = new byte[bytes];
        _slots = new Slot[Math.Max(16, bytes / 256)];
    }

    /// <summary>Adds an event. Ignores one whose entry is here already, or that is older than everything in the ring.</summary>
    public void Add(in IndexEntry entry, long catalogVersion, ReadOnlySpan<byte> record)
    {
        lock (_gate)
        {
            if (entry.Sequence <= _last - _slots.Length || HasEntry_NeedsLock(entry.Sequence))
                return;
            _last = Math.Max(_last, entry.Sequence);
            ref var slot = ref SlotOf(entry.Sequence);
            slot = new Slot(entry, catalogVersion, NotKept);
            if (record.IsEmpty || record.Length > _bytes.Length / 4)
                return;
            // A record never wraps around the end of the ring: the rest of the ring is skipped.
            var at = (int)(_written % _bytes.Length);
            if (at + record.Length > _bytes.Length)
                _written += _bytes.Length - at;
            record.CopyTo(_bytes.AsSpan((int)(_written % _bytes.Length)));
            slot = slot with { WrittenAt = _written };
            _written += record.Length;
        }
    }

    /// <summary>Returns entries from a sequence on, up to the first that is missing.</summary>
    public IndexRead Read(long from, Span<IndexEntry> into)
    {
        lock (_gate)
        {
            var count = 0;
            while (count < into.Length && HasEntry_NeedsLock(from + count))
            {
                into[count] = SlotOf(from + count).Entry;
                count++;
            }
            // The catalog of the last entry is at least as new as those of the earlier entries: an event is never accepted with an older
            // catalog than earlier events.
            return count == 0 ? default : new IndexRead(count, SlotOf(from + count - 1).CatalogVersion, from + count);
        }
    }

    public long Last => Volatile.Read(ref _last);

    public bool HasRecord(long sequence)
    {
        lock (_gate)
            return HasRecord_NeedsLock(sequence);
    }

    /// <summary>Passes the record to the sink if it is here.</summary>
    public bool TryRead(long sequence, IEventSink sink)
    {
        lock (_gate)
        {
            if (!HasRecord_NeedsLock(sequence))
                return false;
            ref var slot = ref SlotOf(sequence);
            sink.OnEvent(sequence, _bytes.AsSpan((int)(slot.WrittenAt % _bytes.Length), slot.Entry.Size));
            return true;
        }
    }

    private bool HasRecord_NeedsLock(long sequence) =>
        HasEntry_NeedsLock(sequence) && SlotOf(sequence).WrittenAt is not NotKept and var at && at >= _written - _bytes.Length;

    private bool HasEntry_NeedsLock(long sequence) => SlotOf(sequence).Entry.Sequence == sequence;

    private ref Slot SlotOf(long sequence) => ref _slots[(int)(sequence % _slots.Length)];

    private readonly record struct Slot(IndexEntry Entry, long CatalogVersion, long WrittenAt);
}
