namespace Herald.Journal.Tests.Faults;

/// <summary>
/// A file as the kernel sees it and as the disk has it. Unsynced writes are kept as a list of changes, numbered over all files.
/// </summary>
internal sealed class FaultyNode
{
    private const int Sector = 512;

    private byte[] _durable = [];
    private List<Change> _unsynced = [];

    public byte[] Live { get; private set; } = [];

    /// <summary>The number of bytes that have room on the disk. Writing them needs no more room.</summary>
    public long Allocated { get; private set; }

    /// <summary>How much more room the file needs to have this length.</summary>
    public long Missing(long length) => Math.Max(0, length - Allocated);

    /// <summary>A write that was handed over and never completed. It may reach the disk, but no reader has seen it.</summary>
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
    /// The kernel could not write, reported that once, and counts the pages as clean: the next sync succeeds without them. Readers still
    /// see them. Lengths belong to the file system, and stay.
    /// </summary>
    public void FailToSync() => _unsynced.RemoveAll(change => change.Bytes is not null);

    /// <summary>Unsynced writes reach the disk in part: torn at sectors, in any order.</summary>
    /// <param name="fates">Gets, for each write, whether all of it arrived.</param>
    public void LosePower(Random random, ICollection<(long Number, bool Arrived)> fates, FaultTally tally)
    {
        // The file gets one of the lengths that it has had since the last sync. They are applied in the order in which they were set.
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

    /// <summary>Flips a bit on the disk, and so in what is read.</summary>
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

    /// <param name="Bytes">Null when only the length is set.</param>
    /// <param name="Length">The new length of the file, when it changes.</param>
    private sealed record Change(long Number, long Offset, byte[]? Bytes, long? Length);
}
