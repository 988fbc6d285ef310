using Herald.Journal.Files;

namespace Herald.Journal.Tests.Faults;

/// <summary>
/// A file system in memory that can fail, fill up, and lose power. What was not synced is kept as a list of changes; losing power
/// applies some of them, in any order and torn at sectors, and forgets the rest: as a disk with a cache does.
/// </summary>
internal sealed class FaultyFiles : IJournalFiles
{
    private const int Sector = 512;

    private readonly Lock _gate = new();
    private Dictionary<string, Node> _names = [];

    /// <summary>What directories hold for certain.</summary>
    private Dictionary<string, Node> _durableNames = [];
    private int _operations;

    /// <summary>Operations until the power goes; null for never.</summary>
    public int? CrashAt { get; set; }
    public int Operations => _operations;

    /// <summary>Free bytes; allocating takes from it, deleting gives back.</summary>
    public long Free { get; set; } = long.MaxValue / 4;

    /// <summary>Fails the next call of this kind on a path with this ending.</summary>
    public (string Operation, string PathEnding)? FailNext { get; set; }
    public bool HasCrashed { get; private set; }

    public void CreateDirectory(string path)
    {
    }

    public IReadOnlyList<string> List(string directory)
    {
        lock (_gate)
            return [.. _names.Keys.Where(p => Path.GetDirectoryName(p) == directory)];
    }

    public bool Exists(string path)
    {
        lock (_gate)
            return _names.ContainsKey(path);
    }

    public IJournalFile Open(string path, bool create)
    {
        lock (_gate)
        {
            if (!_names.TryGetValue(path, out var node))
            {
                if (!create)
                    throw new FileNotFoundException(path);
                Count("create", path);
                _names[path] = node = new Node();
            }
            return new FaultyFile(this, path, node);
        }
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            Count("delete", path);
            if (_names.Remove(path, out var node))
                Free += node.Live.LongLength;
        }
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            Count("rename", to);
            _names[to] = _names[from];
            _names.Remove(from);
        }
    }

    public void SyncDirectory(string path)
    {
        lock (_gate)
        {
            Count("fsync", path);
            foreach (var gone in _durableNames.Keys.Where(p => Path.GetDirectoryName(p) == path && !_names.ContainsKey(p)).ToArray())
                _durableNames.Remove(gone);
            foreach (var (name, node) in _names.Where(n => Path.GetDirectoryName(n.Key) == path))
                _durableNames[name] = node;
        }
    }

    public long FreeBytes(string directory) => Free;

    public IDisposable Lock(string directory) => new MemoryStream();

    /// <summary>Comes back after a loss of power with one of the states the disk may be in.</summary>
    public void PowerOn(Random random)
    {
        lock (_gate)
        {
            // A change of a directory that was not synced may have come through or not.
            var names = new Dictionary<string, Node>(_durableNames);
            foreach (var path in _names.Keys.Union(_durableNames.Keys).ToArray())
            {
                if (random.Next(2) == 0)
                    continue;
                if (_names.TryGetValue(path, out var node))
                    names[path] = node;
                else
                    names.Remove(path);
            }
            foreach (var node in names.Values.Distinct())
                node.LosePower(random);
            _names = names;
            _durableNames = new Dictionary<string, Node>(names);
            CrashAt = null;
            HasCrashed = false;
            _operations = 0;
        }
    }

    public void Corrupt(string path, long offset)
    {
        lock (_gate)
            _names[path].Live[offset] ^= 0x40;
    }

    public byte[] Content(string path)
    {
        lock (_gate)
            return _names[path].Live;
    }

    private void Count(string operation, string path)
    {
        if (HasCrashed || ++_operations >= CrashAt)
        {
            HasCrashed = true;
            throw new JournalFileException(operation, path, 5);
        }
        if (FailNext is { } next && next.Operation == operation && path.EndsWith(next.PathEnding, StringComparison.Ordinal))
        {
            FailNext = null;
            throw new JournalFileException(operation, path, 5);
        }
    }

    private sealed class Node
    {
        public byte[] Live = [], Durable = [];
        public List<(long Offset, byte[] Bytes)> Unsynced = [];

        public void LosePower(Random random)
        {
            // The length of a file that was not synced may be either; allocated bytes read as zeros.
            var content = (byte[])Durable.Clone();
            if (content.Length != Live.Length && random.Next(2) == 0)
                Array.Resize(ref content, Live.Length);
            foreach (var (offset, bytes) in Unsynced.OrderBy(_ => random.Next()).ToArray())
            {
                for (var at = 0L; at < bytes.Length;)
                {
                    var piece = Math.Min(Sector - ((offset + at) % Sector), bytes.Length - at);
                    if (random.Next(2) == 0 && offset + at + piece <= content.Length)
                        Array.Copy(bytes, at, content, offset + at, piece);
                    at += piece;
                }
            }
            Live = content;
            Durable = (byte[])content.Clone();
            Unsynced = [];
        }
    }

    private sealed class FaultyFile(FaultyFiles files, string path, Node node) : IJournalFile
    {
        public string Path => path;

        public long Length
        {
            get
            {
                lock (files._gate)
                    return node.Live.LongLength;
            }
        }

        public int Read(Span<byte> into, long offset)
        {
            lock (files._gate)
            {
                var count = (int)Math.Clamp(node.Live.LongLength - offset, 0, into.Length);
                node.Live.AsSpan((int)Math.Min(offset, node.Live.LongLength), count).CopyTo(into);
                return count;
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            lock (files._gate)
            {
                // The write during which the power goes may have been on its way to the disk.
                node.Unsynced.Add((offset, bytes.ToArray()));
                files.Count("write", path);
                if (node.Live.LongLength < offset + bytes.Length)
                    Array.Resize(ref node.Live, (int)(offset + bytes.Length));
                bytes.CopyTo(node.Live.AsSpan((int)offset));
            }
        }

        public bool TryAllocate(long offset, long length)
        {
            lock (files._gate)
            {
                files.Count("allocate", path);
                var more = Math.Max(0, offset + length - node.Live.LongLength);
                if (more > files.Free)
                    return false;
                files.Free -= more;
                Array.Resize(ref node.Live, (int)(node.Live.LongLength + more));
                return true;
            }
        }

        public void Truncate(long length)
        {
            lock (files._gate)
            {
                files.Count("truncate", path);
                Array.Resize(ref node.Live, (int)length);
                node.Unsynced.RemoveAll(w => w.Offset >= length);
            }
        }

        public void Sync()
        {
            lock (files._gate)
            {
                files.Count("fdatasync", path);
                node.Durable = (byte[])node.Live.Clone();
                node.Unsynced.Clear();
            }
        }

        public void Dispose()
        {
        }
    }
}
