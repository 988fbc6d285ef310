using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using Herald.Journal.Files;

namespace Herald.Journal.Shards;

/// <summary>
/// The index of one shard on disk: files of about a million entries, in the order of sequences, so that an entry's place follows from its
/// sequence.
/// </summary>
/// <remarks>The files are synced with a checkpoint only. Opening rebuilds later entries from the log.</remarks>
internal sealed class IndexFiles(
    IJournalFiles files, JournalPaths paths, DiskSpace space, IndexMender mender, DamageLog damages, int shard,
    int stepEntries) : IDisposable
{
    public const int ChunkEntries = 1 << 20;
    public const int HeaderLength = 64;
    public const int Format = 2;

    private const ulong Magic = 0x31584449444C4852; // "RHLDIDX1"
    private const int FromAt = 24, EntriesAtOnce = 1024, Block = 4096;

    private readonly ConcurrentDictionary<long, IJournalFile> _chunks = new();
    private readonly HashSet<IJournalFile> _unsynced = [];

    // Only the writer uses these. _taken: the bytes that each file takes on disk. _freed: the file, and the offset in it up to which it was
    // freed.
    private readonly StoredEntry[] _sealed = new StoredEntry[EntriesAtOnce];
    private readonly Dictionary<long, long> _taken = [];
    private long _allocatedThrough;
    private (long Chunk, long To) _freed = (-1, 0);
    private bool _cannotFree;

    /// <summary>
    /// The first sequence that can have an entry. It is 1, unless the shard was imported: another store hands over only what it still
    /// needs.
    /// </summary>
    public long From { get; private set; } = 1;

    /// <summary>False once the file system has refused to take back a part of a file.</summary>
    public bool GivesBack => !_cannotFree;

    /// <summary>Sets the first sequence of a shard that has no entries yet.</summary>
    public void BeginAt(long sequence)
    {
        From = sequence;
        _allocatedThrough = sequence - 1;
    }

    /// <summary>Opens the existing files. The last file can be allocated beyond the head.</summary>
    public void Adopt(IEnumerable<long> chunks, long head)
    {
        foreach (var chunk in chunks)
        {
            var file = files.Open(paths.IndexChunk(shard, chunk), create: false);
            var length = file.Length;
            if (chunk * ChunkEntries >= head && length < HeaderLength)
            {
                file.Dispose();
                files.Delete(paths.IndexChunk(shard, chunk));
                continue;
            }
            CheckHeader(file, chunk);
            _chunks[chunk] = file;
            Take(chunk, length);
            _allocatedThrough = Math.Max(_allocatedThrough, (chunk * ChunkEntries) + ((length - HeaderLength) / StoredEntry.Length));
        }
        if (head > 0 && _chunks.GetValueOrDefault((head - 1) / ChunkEntries) is var last
            && (last is null || last.Length < Offset(head) + StoredEntry.Length))
        {
            throw new JournalDamagedException(
                paths.IndexChunk(shard, (head - 1) / ChunkEntries), Offset(head), "an index file is missing or too short");
        }
    }

    /// <summary>Reserves disk space for the entries up to the sequence, so that writing them later cannot run out of space.</summary>
    public bool TryReserve(long through)
    {
        while (_allocatedThrough < through)
        {
            var chunk = _allocatedThrough / ChunkEntries;
            var count = Math.Min(stepEntries, ((chunk + 1) * ChunkEntries) - _allocatedThrough);
            var bytes = count * StoredEntry.Length;
            if (!space.Allows(bytes))
                return false;
            if (_chunks.TryGetValue(chunk, out var file) ? !file.TryAllocate(Offset(_allocatedThrough + 1), bytes) : !TryCreate(chunk, bytes))
                return false;
            Take(chunk, bytes);
            _allocatedThrough += count;
        }
        return true;
    }

    public void Write(long sequence, ReadOnlySpan<StoredEntry> entries)
    {
        while (!entries.IsEmpty)
        {
            var file = _chunks[(sequence - 1) / ChunkEntries];
            var count = (int)Math.Min(Math.Min(entries.Length, EntriesAtOnce), ChunkEntries - ((sequence - 1) % ChunkEntries));
            for (var i = 0; i < count; i++)
                _sealed[i] = entries[i].Sealed();
            file.Write(MemoryMarshal.AsBytes(_sealed.AsSpan(0, count)), Offset(sequence));
            lock (_unsynced)
                _unsynced.Add(file);
            sequence += count;
            entries = entries[count..];
        }
    }

    /// <summary>Reads written entries. Returns fewer when files are removed meanwhile, or at the end of a file.</summary>
    /// <param name="first">Entries below it may have been freed; they then read as zeros.</param>
    public int Read(long sequence, Span<StoredEntry> into, long first)
    {
        var total = 0;
        while (total < into.Length)
        {
            var from = sequence + total;
            if (!_chunks.TryGetValue((from - 1) / ChunkEntries, out var file))
                break;
            var count = (int)Math.Min(into.Length - total, ChunkEntries - ((from - 1) % ChunkEntries));
            try
            {
                var read = ReadSealed(file, from, into.Slice(total, count));
                Unseal(file, from, into.Slice(total, read), first);
                total += read;
                if (read < count)
                    break;
            }
            catch (ObjectDisposedException)
            {
                break;
            }
        }
        return total;
    }

    /// <summary>Called from one background thread at a time.</summary>
    public void Sync()
    {
        IJournalFile[] unsynced;
        lock (_unsynced)
        {
            unsynced = [.. _unsynced];
            _unsynced.Clear();
        }
        foreach (var file in unsynced)
        {
            try
            {
                file.Sync();
            }
            catch (ObjectDisposedException)
            {
                // Retention removed the file: nothing is left to sync.
            }
        }
    }

    /// <summary>
    /// Frees the entries below the sequence: removes the files that hold no other entries, and frees the first part of the file that holds
    /// the sequence. Without the second part, a shard's entries would take 64 MiB before the first of them is freed.
    /// </summary>
    /// <returns>The number of bytes freed.</returns>
    public long RemoveBelow(long sequence)
    {
        var (lies, to) = ((sequence - 1) / ChunkEntries, Offset(sequence) & -Block);
        var from = _freed.Chunk == lies ? _freed.To : Block;
        if (lies == _freed.Chunk && to - from < stepEntries * StoredEntry.Length)
            return 0;
        var freed = _chunks.Keys.Where(chunk => chunk < lies).Sum(Remove);
        if (_cannotFree || to <= from || !_chunks.TryGetValue(lies, out var file))
            return freed;
        if (!file.TryFree(from, to - from))
        {
            _cannotFree = true;
            return freed;
        }
        _freed = (lies, to);
        Take(lies, from - to);
        return freed + to - from;
    }

    public IReadOnlyList<(long Chunk, IJournalFile File)> Chunks => [.. _chunks.Select(c => (c.Key, c.Value)).OrderBy(c => c.Key)];

    public void Dispose()
    {
        foreach (var file in _chunks.Values)
            file.Dispose();
    }

    /// <summary>Returns the shard and the chunk that an index file is named after.</summary>
    public static (int Shard, long Chunk)? Parse(string path)
    {
        var parts = Path.GetFileNameWithoutExtension(path).Split('-');
        return Path.GetExtension(path) == ".idx" && parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var chunk)
            ? (shard, chunk)
            : null;
    }

    /// <summary>
    /// Allocates room for the first entries before it writes anything, so that a full disk makes it return false instead of failing a
    /// write.
    /// </summary>
    private bool TryCreate(long chunk, long bytes)
    {
        var path = paths.IndexChunk(shard, chunk);
        var file = files.Open(path, create: true);
        if (!file.TryAllocate(Offset(_allocatedThrough + 1) - HeaderLength, HeaderLength + bytes))
        {
            file.Dispose();
            files.Delete(path);
            return false;
        }
        WriteHeader(file, chunk);
        Take(chunk, HeaderLength);
        _chunks[chunk] = file;
        return true;
    }

    private long Remove(long chunk)
    {
        if (!_chunks.TryRemove(chunk, out var file))
            return 0;
        lock (_unsynced)
            _unsynced.Remove(file);
        _taken.Remove(chunk, out var taken);
        space.Add(-taken);
        file.Dispose();
        files.Delete(file.Path);
        return taken;
    }

    private void WriteHeader(IJournalFile file, long chunk)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Format);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], shard);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], chunk);
        if (From > (chunk * ChunkEntries) + 1)
            BinaryPrimitives.WriteInt64LittleEndian(header[FromAt..], From);
        file.Write(header, 0);
    }

    private void CheckHeader(IJournalFile file, long chunk)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        // A file without a header was created after the last checkpoint and torn by a crash, so all its entries are rebuilt from the log.
        // If that is wrong, the entries' checksums show it when they are read.
        if (file.Read(header, 0) < HeaderLength || BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic)
            WriteHeader(file, chunk);
        else if (BinaryPrimitives.ReadInt32LittleEndian(header[8..]) is var format && format != Format)
            throw new JournalFormatException(file.Path, format, Format);
        else
            From = Math.Max(From, BinaryPrimitives.ReadInt64LittleEndian(header[FromAt..]));
    }

    private void Take(long chunk, long bytes)
    {
        _taken[chunk] = _taken.GetValueOrDefault(chunk) + bytes;
        space.Add(bytes);
    }

    private int ReadSealed(IJournalFile file, long from, Span<StoredEntry> entries)
    {
        try
        {
            return file.Read(MemoryMarshal.AsBytes(entries), Offset(from)) / StoredEntry.Length;
        }
        catch (IOException failure)
        {
            damages.Met(file.Path, Offset(from), $"entries of the index cannot be read: {failure.Message}");
            entries.Clear();
            return entries.Length;
        }
    }

    private void Unseal(IJournalFile file, long from, Span<StoredEntry> entries, long first)
    {
        List<int>? damaged = null;
        for (var i = 0; i < entries.Length; i++)
            if (entries[i].Unsealed(from + i) is { } entry)
                entries[i] = entry;
            else if (from + i >= first || !entries[i].IsNone)
                (damaged ??= []).Add(i);
        if (damaged is not null)
            Mend(file, from, entries, damaged);
    }

    private void Mend(IJournalFile file, long from, Span<StoredEntry> entries, List<int> damaged)
    {
        var found = mender.Mend(shard, from, entries, CollectionsMarshal.AsSpan(damaged), TimeBefore(from + damaged[0]));
        damages.Met(file.Path, Offset(from + damaged[0]), string.Create(
            CultureInfo.InvariantCulture,
            $"{damaged.Count} entries of the index of shard {shard} differ from what was written, and "
                + $"{found} of them are rebuilt from the log"));
        try
        {
            foreach (var i in damaged)
            {
                var entry = entries[i].Sealed();
                if (!entries[i].Location.IsNone)
                    file.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<StoredEntry>(in entry)), Offset(from + i));
            }
            lock (_unsynced)
                _unsynced.Add(file);
        }
        catch (IOException)
        {
            // The place on the disk is bad. The entries are rebuilt each time they are read.
        }
    }

    private long TimeBefore(long sequence)
    {
        var entry = default(StoredEntry);
        return sequence - 1 >= From && _chunks.TryGetValue((sequence - 2) / ChunkEntries, out var file)
            && ReadSealed(file, sequence - 1, new Span<StoredEntry>(ref entry)) == 1 && entry.Unsealed(sequence - 1) is { } before
            ? before.AcceptedAtMs : 0;
    }

    private static long Offset(long sequence) => HeaderLength + ((sequence - 1) % ChunkEntries * StoredEntry.Length);
}
