namespace Herald.Journal.Shards;

/// <summary>
/// The index of one shard. All entries are in files; the newest are also in a ring in memory, from which the shard's owner reads in normal
/// work without a system call.
/// </summary>
/// <remarks>Only the writer appends. Any thread can read, up to the durable head.</remarks>
internal sealed class ShardIndex(IndexFiles files)
{
    private const int RingEntries = 4096, ClaimEntries = 64, FlushEntries = 1024;

    private readonly StoredEntry[] _ring = new StoredEntry[RingEntries];

    // Used by the writer only.
    private long _assigned, _written, _ringFrom = 1;

    // Written by the writer, read by any thread. The writer can be overwriting the ring's slots for the sequences up to _claimed.
    private long _claimed, _head, _first = 1;

    public IndexFiles Files { get; } = files;

    /// <summary>The last sequence given to an event, durable or not. For the writer only.</summary>
    public long Assigned => _assigned;
    public long LastAcceptedAtMs { get; private set; }

    /// <summary>The last durable sequence.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>The first sequence whose record is kept.</summary>
    public long First => Volatile.Read(ref _first);

    /// <summary>Continues from a checkpoint.</summary>
    public void Restore(long head, long first, long lastAcceptedAtMs)
    {
        _assigned = _written = _claimed = _head = head;
        _ringFrom = head + 1;
        _first = first;
        LastAcceptedAtMs = lastAcceptedAtMs;
    }

    /// <summary>Appends an entry. The files must have room for it: see <see cref="IndexFiles.TryReserve"/>.</summary>
    public void Append(in StoredEntry entry)
    {
        if (_assigned == _claimed)
            Claim();
        _assigned++;
        _ring[_assigned & (RingEntries - 1)] = entry;
        LastAcceptedAtMs = entry.AcceptedAtMs;
    }

    /// <summary>Moves the durable head to the last appended entry. Returns false if there was nothing new.</summary>
    public bool Publish()
    {
        if (_head == _assigned)
            return false;
        Volatile.Write(ref _head, _assigned);
        if (_assigned - _written >= FlushEntries)
            Flush();
        return true;
    }

    public void RaiseFirst(long first) => Volatile.Write(ref _first, Math.Max(_first, first));

    /// <summary>
    /// Frees index entries below the sequence and below the first kept record. Keeps the last entry, because opening looks for it.
    /// </summary>
    /// <returns>The number of bytes freed.</returns>
    public long FreeBelow(long sequence) => Files.RemoveBelow(Math.Min(Math.Min(sequence, _first), Math.Max(_assigned, 1)));

    /// <summary>Writes the entries that only the ring holds to the files.</summary>
    public void Flush()
    {
        while (_written < _assigned)
        {
            var slot = (int)((_written + 1) & (RingEntries - 1));
            var count = (int)Math.Min(_assigned - _written, RingEntries - slot);
            Files.Write(_written + 1, _ring.AsSpan(slot, count));
            _written += count;
        }
    }

    /// <summary>
    /// Reads durable entries in order. Returns 0 when there are none from this sequence on, or when its entry is no longer kept.
    /// </summary>
    public int Read(long from, Span<StoredEntry> into) => ReadThrough(from, Head, into);

    /// <summary>Finds an entry that is appended, durable or not. For the writer only.</summary>
    public bool TryGet(long sequence, out StoredEntry entry)
    {
        entry = default;
        return ReadThrough(sequence, _assigned, new Span<StoredEntry>(ref entry)) == 1;
    }

    /// <summary>
    /// Returns the first sequence from <paramref name="low"/> on that was accepted at or after the time; one past the head if there is
    /// none.
    /// </summary>
    public long FindByTime(long low, long acceptedAtMs)
    {
        var high = Head + 1;
        var entry = default(StoredEntry);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (Read(middle, new Span<StoredEntry>(ref entry)) == 0 || entry.AcceptedAtMs < acceptedAtMs)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Searches the last entries for these hashes. Returns the newest sequence that has them, or 0.</summary>
    public long FindById(ulong keyHash, ulong idHash, int atMost)
    {
        var entries = new StoredEntry[Math.Min(atMost, 2048)];
        for (long end = Head, lowest = Math.Max(Files.From, end - atMost + 1); end >= lowest; end -= entries.Length)
        {
            var from = Math.Max(lowest, end - entries.Length + 1);
            for (var at = from; at <= end && Read(at, entries.AsSpan((int)(at - from), (int)(end - at + 1))) is var read and > 0;)
                at += read;
            for (var i = (int)(end - from); i >= 0; i--)
                if (entries[i].KeyHash == keyHash && entries[i].IdHash == idHash && entries[i].Sequence == from + i)
                    return from + i;
        }
        return 0;
    }

    private int ReadThrough(long from, long last, Span<StoredEntry> into)
    {
        var count = (int)Math.Min(into.Length, last - from + 1);
        if (count <= 0 || from < 1)
            return 0;
        into = into[..count];
        if (from >= _ringFrom && from > Volatile.Read(ref _claimed) - RingEntries)
        {
            var slot = (int)(from & (RingEntries - 1));
            var untilEnd = Math.Min(count, RingEntries - slot);
            _ring.AsSpan(slot, untilEnd).CopyTo(into);
            _ring.AsSpan(0, count - untilEnd).CopyTo(into[untilEnd..]);
            // The copy is valid only if the writer claimed none of its slots meanwhile.
            Interlocked.MemoryBarrier();
            if (from > Volatile.Read(ref _claimed) - RingEntries)
                return count;
        }
        // A span can begin in the files and end in the ring. Read only the part in the files; the next call reads the rest.
        var written = Math.Max(Volatile.Read(ref _claimed) - RingEntries, _ringFrom - 1);
        return Files.Read(from, into[..(int)Math.Min(count, Math.Max(written, from) - from + 1)], First);
    }

    /// <summary>Claims slots in blocks, so that the memory barrier for readers is needed once a block.</summary>
    private void Claim()
    {
        if (_assigned + ClaimEntries - RingEntries > _written)
            Flush();
        Volatile.Write(ref _claimed, _claimed + ClaimEntries);
        Interlocked.MemoryBarrier();
    }
}
