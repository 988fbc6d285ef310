using Herald.Journal.Files;

namespace Herald.Journal.Tests.Faults;

/// <summary>
/// A file system in memory that can fail, fill up, and lose power at every operation. It keeps unsynced writes as a list of changes. A loss
/// of power applies some of them, in any order and torn at sectors, and drops the rest, as a disk with a cache does.
/// </summary>
internal sealed class FaultyFiles : IJournalFiles
{
    public const int MayNotRead = 13;
    private const int InputOutputError = 5, NoSpace = 28;

    private Dictionary<string, FaultyNode> _names = [];

    /// <summary>The names in directories that are durable.</summary>
    private Dictionary<string, FaultyNode> _durableNames = [];

    /// <summary>Directories that were created, each with whether its own name is durable. Others have always been there.</summary>
    private Dictionary<string, bool> _directories = [];
    private long _changes;
    private int _syncs;

    public Lock Gate { get; } = new();

    /// <summary>The faults that really happened, over all restarts.</summary>
    public FaultTally Tally { get; init; } = new();

    /// <summary>The operation at which the power fails or the process is killed; null for never.</summary>
    public int? CrashAt { get; set; }

    /// <summary>A crash ends only the process. The kernel keeps what was written.</summary>
    public bool IsOnlyKilled { get; set; }

    /// <summary>The operation from which on there is no room except what is freed; null for never.</summary>
    public int? FullAt { get; set; }

    /// <summary>The sync of a file or a directory that fails once; null for none.</summary>
    public int? FailSyncAt { get; set; }

    /// <summary>Fails the next operation of this kind on a path with this ending.</summary>
    public (string Operation, string PathEnding)? FailNext { get; set; }

    /// <summary>The error number of <see cref="FailNext"/>.</summary>
    public int NextError { get; set; } = InputOutputError;

    /// <summary>Called with each operation and its path before the operation. It may take its time.</summary>
    public Action<string, string> Before { get; set; } = (_, _) => { };

    /// <summary>The number of changes to the file system since the last start. A crash can happen at each of them.</summary>
    public int Operations { get; private set; }
    public int Syncs => _syncs;

    /// <summary>The number of free bytes. Allocating reduces it, deleting increases it.</summary>
    public long Free { get; set; } = long.MaxValue / 4;
    public bool HasCrashed { get; private set; }

    /// <summary>All files, in ordinal order.</summary>
    public IReadOnlyList<string> Paths
    {
        get
        {
            lock (Gate)
                return [.. _names.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Also creates the directories above it that are missing.</summary>
    public void CreateDirectory(string path)
    {
        lock (Gate)
        {
            if (path == "/" || _directories.ContainsKey(path))
                return;
            CreateDirectory(Path.GetDirectoryName(path)!);
            Begin("mkdir", path);
            _directories[path] = false;
        }
    }

    public bool HasDirectory(string path)
    {
        lock (Gate)
            return _directories.ContainsKey(path);
    }

    public UnixFileMode ModeOf(string directory) => UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public IReadOnlyList<string> List(string directory)
    {
        lock (Gate)
            return [.. _names.Keys.Where(p => Path.GetDirectoryName(p) == directory)];
    }

    public bool Exists(string path)
    {
        lock (Gate)
            return _names.ContainsKey(path);
    }

    public IJournalFile Open(string path, bool create)
    {
        lock (Gate)
        {
            if (!_names.TryGetValue(path, out var node))
            {
                if (!create)
                    throw new FileNotFoundException(path);
                Begin("create", path);
                _names[path] = node = new FaultyNode();
            }
            return new FaultyFile(this, path, node);
        }
    }

    public void Delete(string path)
    {
        lock (Gate)
        {
            Begin("delete", path);
            if (_names.Remove(path, out var node))
                Free += node.Allocated;
        }
    }

    public void Rename(string from, string to)
    {
        lock (Gate)
        {
            Begin("rename", to);
            if (_names.TryGetValue(to, out var replaced))
                Free += replaced.Allocated;
            _names[to] = _names[from];
            _names.Remove(from);
        }
    }

    public void SyncDirectory(string path)
    {
        lock (Gate)
        {
            Begin("fsync", path);
            foreach (var gone in _durableNames.Keys.Where(p => Path.GetDirectoryName(p) == path && !_names.ContainsKey(p)).ToArray())
                _durableNames.Remove(gone);
            foreach (var (name, node) in _names.Where(n => Path.GetDirectoryName(n.Key) == path))
                _durableNames[name] = node;
            foreach (var below in _directories.Keys.Where(p => Path.GetDirectoryName(p) == path).ToArray())
                _directories[below] = true;
        }
    }

    public long FreeBytes(string directory) => Free;

    public IDisposable Lock(string directory) => new MemoryStream();

    /// <summary>Starts again after a loss of power, with one of the states that the disk may be in.</summary>
    public void PowerOn(Random random)
    {
        lock (Gate)
        {
            // A directory whose name was not synced may be gone, with everything in it.
            foreach (var lost in _directories.Where(d => !d.Value && random.Next(2) == 0).Select(d => d.Key).ToArray())
            {
                Tally.Count("lost directory");
                foreach (var below in _directories.Keys.Where(path => IsIn(lost, path)).ToArray())
                    _directories.Remove(below);
                foreach (var path in _names.Keys.Union(_durableNames.Keys).Where(path => IsIn(lost, path)).ToArray())
                {
                    if (_names.Remove(path, out var node))
                        Free += node.Allocated;
                    _durableNames.Remove(path);
                }
            }
            foreach (var kept in _directories.Keys.ToArray())
                _directories[kept] = true;
            // An unsynced change of a directory may be there or not.
            var names = new Dictionary<string, FaultyNode>(_durableNames);
            foreach (var path in _names.Keys.Union(_durableNames.Keys).Order(StringComparer.Ordinal).ToArray())
            {
                if (ReferenceEquals(_names.GetValueOrDefault(path), _durableNames.GetValueOrDefault(path)))
                    continue;
                if (random.Next(2) == 0)
                    Tally.Count("undone change of a directory");
                else if (_names.TryGetValue(path, out var node))
                    names[path] = node;
                else
                    names.Remove(path);
            }
            var before = _names.Values.Sum(node => node.Allocated);
            var fates = new List<(long Number, bool Arrived)>();
            foreach (var node in names.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => n.Value).Distinct())
                node.LosePower(random, fates, Tally);
            if (fates.Exists(late => late.Arrived && fates.Exists(early => !early.Arrived && early.Number < late.Number)))
                Tally.Count("reordered write");
            _names = names;
            _durableNames = new Dictionary<string, FaultyNode>(names);
            Free += before - names.Values.Sum(node => node.Allocated);
            Tally.Count("loss of power");
            Restart();
        }
    }

    /// <summary>The process starts again after a kill or a normal end. The kernel has kept everything.</summary>
    public void Restart()
    {
        lock (Gate)
        {
            (CrashAt, FullAt, FailSyncAt, HasCrashed) = (null, null, null, false);
            (Operations, _syncs) = (0, 0);
        }
    }

    public void Flip(string path, long offset, int bit)
    {
        lock (Gate)
            _names[path].Flip(offset, bit);
        Tally.Count("flipped bit");
    }

    public byte[] Content(string path)
    {
        lock (Gate)
            return _names[path].Live;
    }

    /// <summary>Returns a copy of all files as they are now.</summary>
    public FaultyFiles Copy()
    {
        lock (Gate)
        {
            var copies = _names.Values.Union(_durableNames.Values).ToDictionary(node => node, node => node.Copy());
            return new FaultyFiles
            {
                Tally = Tally,
                _names = _names.ToDictionary(n => n.Key, n => copies[n.Value]),
                _durableNames = _durableNames.ToDictionary(n => n.Key, n => copies[n.Value]),
                _directories = new(_directories),
                _changes = _changes,
                Free = Free,
            };
        }
    }

    internal long NextChange() => ++_changes;

    internal bool TryTakeRoom(long bytes)
    {
        if (bytes > Free)
        {
            Tally.Count("full disk");
            return false;
        }
        Free -= bytes;
        return true;
    }

    internal void TakeRoom(string path, long bytes)
    {
        if (!TryTakeRoom(bytes))
            throw new JournalFileException("write", path, NoSpace);
    }

    /// <summary>Called first by every change of the file system.</summary>
    internal void Begin(string operation, string path)
    {
        if (HasCrashed)
            throw new JournalFileException(operation, path, InputOutputError);
        if (++Operations == CrashAt)
        {
            HasCrashed = true;
            Tally.Count($"crash at {operation}");
            throw new JournalFileException(operation, path, InputOutputError);
        }
        if (Operations == FullAt)
            Free = 0;
        FailIfNext(operation, path);
        if (operation is "fdatasync" or "fsync" && ++_syncs == FailSyncAt)
            Fail(operation, path);
    }

    internal void FailIfNext(string operation, string path)
    {
        if (FailNext is not { } next || next.Operation != operation || !path.EndsWith(next.PathEnding, StringComparison.Ordinal))
            return;
        FailNext = null;
        Fail(operation, path, NextError);
    }

    private static bool IsIn(string directory, string path) =>
        path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);

    private void Fail(string operation, string path, int error = InputOutputError)
    {
        Tally.Count($"failed {operation}");
        throw new JournalFileException(operation, path, error);
    }
}
