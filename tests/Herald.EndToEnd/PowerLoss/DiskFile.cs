namespace Herald.EndToEnd.PowerLoss;

/// <summary>A file as a disk has it: what was synced, and the changes since then.</summary>
internal sealed class DiskFile(byte[] synced) : DiskNode
{
    private readonly List<Change> _unsynced = [];
    private byte[] _synced = synced;
    private long _length = synced.Length;

    public void Write(long offset, ReadOnlyMemory<byte> bytes) => Add(new(offset, bytes, Math.Max(_length, offset + bytes.Length)));

    public void Resize(long length) => Add(new(0, default, length));

    public void Allocate(long end) => Resize(Math.Max(_length, end));

    /// <summary>The range is given back to the file system, and reads as zeros.</summary>
    public void Free(long offset, long length) => Add(new(offset, new byte[Math.Max(0, Math.Min(length, _length - offset))], _length));

    public void Sync()
    {
        ApplyAll(ref _synced);
        _unsynced.Clear();
    }

    /// <summary>The content after a loss of power.</summary>
    public byte[] ContentAfter(Fate fate, Random random)
    {
        var content = (byte[])_synced.Clone();
        switch (fate)
        {
            case Fate.Nothing:
                break;
            case Fate.Everything:
                ApplyAll(ref content);
                break;
            case Fate.Writes:
                WriteWhole(ref content, random);
                break;
            case Fate.Sectors:
                WriteParts(ref content, 512, random);
                break;
            case Fate.Pages:
                WriteParts(ref content, 4096, random);
                break;
        }
        return content;
    }

    private void ApplyAll(ref byte[] content)
    {
        foreach (var change in _unsynced)
        {
            SetLength(ref content, change.Length);
            Copy(change, change.Offset, change.Bytes.Length, content);
        }
    }

    /// <summary>Lengths change in order: the file gets one of those that it has had.</summary>
    /// <returns>The writes that can be in the file then, without what a later length has cut off.</returns>
    private List<Change> Resize(ref byte[] content, Random random)
    {
        var applied = random.Next(_unsynced.Count + 1);
        foreach (var change in _unsynced.Take(applied))
            SetLength(ref content, change.Length);
        var (writes, shortest) = (new List<Change>(), (long)content.Length);
        for (var i = _unsynced.Count - 1; i >= 0; i--)
        {
            var change = _unsynced[i];
            shortest = i < applied ? Math.Min(shortest, change.Length) : shortest;
            if (change.Offset < shortest && !change.Bytes.IsEmpty)
                writes.Add(change with { Bytes = change.Bytes[..(int)Math.Min(change.Bytes.Length, shortest - change.Offset)] });
        }
        writes.Reverse();
        return writes;
    }

    private static void SetLength(ref byte[] content, long length)
    {
        if (content.Length != length)
            Array.Resize(ref content, (int)length);
    }

    private void Add(Change change)
    {
        _unsynced.Add(change);
        _length = change.Length;
    }

    private void WriteWhole(ref byte[] content, Random random)
    {
        foreach (var change in Resize(ref content, random).Where(_ => random.Next(2) == 0))
            Copy(change, change.Offset, change.Bytes.Length, content);
    }

    // Each part has one of the contents that it has had in the kernel. A later one contains the earlier ones.
    private void WriteParts(ref byte[] content, int size, Random random)
    {
        var writes = new SortedDictionary<long, List<Change>>();
        foreach (var change in Resize(ref content, random))
        {
            for (var part = change.Offset / size; part * size < change.Offset + change.Bytes.Length; part++)
            {
                if (!writes.TryGetValue(part, out var known))
                    writes[part] = known = [];
                known.Add(change);
            }
        }
        foreach (var (part, changes) in writes)
            foreach (var change in changes.Take(random.Next(changes.Count + 1)))
                Copy(change, part * size, size, content);
    }

    private static void Copy(Change change, long offset, long length, byte[] content)
    {
        var begin = Math.Max(offset, change.Offset);
        var end = Math.Min(Math.Min(offset + length, change.Offset + change.Bytes.Length), content.Length);
        if (begin < end)
            change.Bytes.Span[(int)(begin - change.Offset)..(int)(end - change.Offset)].CopyTo(content.AsSpan((int)begin));
    }

    /// <param name="Bytes">Empty when only the length changes.</param>
    /// <param name="Length">The length of the file after the change.</param>
    private sealed record Change(long Offset, ReadOnlyMemory<byte> Bytes, long Length);
}
