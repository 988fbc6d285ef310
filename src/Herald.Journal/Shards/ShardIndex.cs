namespace Herald.Journal.Shards;

/// <summary>
/// The index of one shard: its newest entries in a ring in memory, which the owner of the shard reads in normal work without a system
/// call, and all of them in files. Appended by the writer alone; anyone reads, and never past the durable head.
/// </summary>
internal sealed class ShardIndex(IndexFiles files)
{
    private const int RingEntries = 4096, ClaimEntries = 64, FlushEntries = 1024;

    private readonly StoredEntry[] _ring = new StoredEntry[RingEntries];

    // The writer's own.
    private long _assigned, _written, _ringFrom = 1;

    // Written by the writer, read by anyone. Slots of the ring up to _claimed may be being overwritten.
    private long _claimed, _head, _first = 1;

    public IndexFiles Files { get; } = files;

    /// <summary>The last sequence given out, durable or not. For the writer.</summary>
    public long Assigned => _assigned;
    public long LastAcceptedAtMs { get; private set; }

    /// <summary>The last durable sequence.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>The first sequence whose record is kept.</summary>
    public long First => Volatile.Read(ref _first);

    /// <summary>Starts where a checkpoint left off.</summary>
    public void Restore(long head, long first, long lastAcceptedAtMs)
    {
        _assigned = _written = _claimed = _head = head;
        _ringFrom = head + 1;
        _first = first;
        LastAcceptedAtMs = lastAcceptedAtMs;
    }

    /// <summary>Must have room: see <see cref="IndexFiles.TryReserve"/>.</summary>
    public void Append(in StoredEntry entry)
    {
        if (_assigned == _claimed)
            Claim();
        _assigned++;
        _ring[_assigned & (RingEntries - 1)] = entry;
        LastAcceptedAtMs = entry.AcceptedAtMs;
    }

    /// <summary>What was appended is durable now.</summary>
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

    /// <summary>Frees what the files hold below the sequence, and the first record. The last entry stays: opening looks for it.</summary>
    /// <returns>Bytes that were given back.</returns>
    public long FreeBelow(long sequence) => Files.RemoveBelow(Math.Min(Math.Min(sequence, _first), Math.Max(_assigned, 1)));

    /// <summary>Writes to the files what only the ring holds.</summary>
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

    /// <summary>Reads durable entries in order; 0 when there is none from there on, or it is no longer kept.</summary>
    public int Read(long from, Span<StoredEntry> into) => ReadThrough(from, Head, into);

    /// <summary>For the writer: sees also what is not durable yet.</summary>
    public bool TryGet(long sequence, out StoredEntry entry)
    {
        entry = default;
        return ReadThrough(sequence, _assigned, new Span<StoredEntry>(ref entry)) == 1;
    }

    /// <summary>The first sequence from <paramref name="low"/> on that was accepted at or after the time; one past the head when none was.</summary>
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

    /// <summary>The newest entry with these hashes among the last ones, or 0.</summary>
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
            // What was copied stands only if none of its slots was given out again meanwhile.
            Interlocked.MemoryBarrier();
            if (from > Volatile.Read(ref _claimed) - RingEntries)
                return count;
        }
        // A span that begins in the files may end in the ring: the part that is not written yet is read in the next call.
        var written = Math.Max(Volatile.Read(ref _claimed) - RingEntries, _ringFrom - 1);
        return Files.Read(from, into[..(int)Math.Min(count, Math.Max(written, from) - from + 1)], First);
    }

    /// <summary>Takes slots in blocks, so that the barrier which tells readers of it is paid once a block.</summary>
    private void Claim()
    {
        if (_assigned + ClaimEntries - RingEntries > _written)
            Flush();
        Volatile.Write(ref _claimed, _claimed + ClaimEntries);
        Interlocked.MemoryBarrier();
    }
}
