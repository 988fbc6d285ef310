namespace Herald.Journal.Tests.Faults;

/// <summary>
/// A file as the kernel sees it and as the disk has it. What was not synced is kept as a list of changes, numbered over all files.
/// </summary>
internal sealed class FaultyNode
{
    private const int Sector = 512;

    private byte[] _durable = [];
    private List<Change> _unsynced = [];

    public byte[] Live { get; private set; } = [];

    /// <summary>Bytes that have their place on the disk: writing them needs no room.</summary>
    public long Allocated { get; private set; }

    /// <summary>How much more room it takes to have so many bytes.</summary>
    public long Missing(long length) => Math.Max(0, length - Allocated);

    /// <summary>A write that was handed over and never ended: it may reach the disk, and no reader has seen it.</summary>
    public void Hand(long number, long offset, ReadOnlySpan<byte> bytes) =>
        _unsynced.Add(new Change(number, offset, bytes.ToArray(), offset + bytes.Length > Live.LongLength ? offset + bytes.Length : null));

    public void Write(long number, long offset, ReadOnlySpan<byte> bytes)
    {
        Hand(number, offset, bytes);
        Live = Sized(Live, Math.Max(Live.LongLength, offset + bytes.Length));
        Allocated = Math.Max(Allocated, offset + bytes.Length);
        bytes.CopyTo(Live.AsSpan((int)offset));
    }

    public void Resize(long number, long length)
    {
        _unsynced.Add(new Change(number, length, null, length));
        Live = Sized(Live, length);
        Allocated = length;
    }

    public void Sync()
    {
        foreach (var change in _unsynced)
        {
            if (change.Length is { } length)
                _durable = Sized(_durable, change.Bytes is null ? length : Math.Max(_durable.LongLength, length));
            change.Bytes?.CopyTo(_durable, change.Offset);
        }
        _unsynced.Clear();
    }

    /// <summary>
    /// The kernel could not write, told so once, and counts the pages as clean: the next sync succeeds without them. Readers see them as before.
    /// Lengths are the file system's own matter, and stay with it.
    /// </summary>
    public void FailToSync() => _unsynced.RemoveAll(change => change.Bytes is not null);

    /// <summary>What was not synced arrived in part: torn at sectors, in any order.</summary>
    /// <param name="fates">Gets what became of each write.</param>
    public void LosePower(Random random, ICollection<(long Number, bool Arrived)> fates, FaultTally tally)
    {
        // Of the lengths the file had since the last sync one is found, in the order they were set.
        var lengths = _unsynced.Where(c => c.Length is not null).Select(c => c.Length!.Value).ToArray();
        var content = (byte[])_durable.Clone();
        foreach (var length in lengths.Take(random.Next(lengths.Length + 1)))
            content = Sized(content, length);
        foreach (var change in _unsynced.Where(c => c.Bytes is not null).OrderBy(_ => random.Next()))
        {
            var (arrived, lost) = (0, 0);
            for (var at = 0L; at < change.Bytes!.Length;)
            {
                var piece = Math.Min(Sector - ((change.Offset + at) % Sector), change.Bytes.Length - at);
                if (random.Next(2) == 0 && change.Offset + at + piece <= content.LongLength)
                {
                    Array.Copy(change.Bytes, at, content, change.Offset + at, piece);
                    arrived++;
                }
                else
                {
                    lost++;
                }
                at += piece;
            }
            if (arrived > 0 && lost > 0)
                tally.Count("torn write");
            fates.Add((change.Number, lost == 0));
        }
        (_unsynced, _durable, Live, Allocated) = ([], content, (byte[])content.Clone(), content.LongLength);
    }

    /// <summary>A bit of what is on the disk, and so of what is read, is no longer what was written.</summary>
    public void Flip(long offset, int bit)
    {
        Live[offset] ^= (byte)(1 << bit);
        _durable = (byte[])Live.Clone();
    }

    public FaultyNode Copy() => new() { Live = (byte[])Live.Clone(), _durable = (byte[])_durable.Clone(), _unsynced = [.. _unsynced], Allocated = Allocated };

    private static byte[] Sized(byte[] bytes, long length)
    {
        if (bytes.LongLength != length)
            Array.Resize(ref bytes, (int)length);
        return bytes;
    }

    /// <param name="Bytes">Null: only the length is set.</param>
    /// <param name="Length">The file's length after it, when it changes that.</param>
    private sealed record Change(long Number, long Offset, byte[]? Bytes, long? Length);
}
