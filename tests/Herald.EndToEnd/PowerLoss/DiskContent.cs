namespace Herald.EndToEnd.PowerLoss;

/// <summary>All files and directories of a disk, by their path. The path of a directory ends with a slash.</summary>
internal sealed class DiskContent
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersDirectory = OwnersFile | UnixFileMode.UserExecute;

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <summary>Directories come before what is in them.</summary>
    public IEnumerable<(string Path, byte[] Bytes)> All => _files.Select(one => (one.Key, one.Value));

    public static DiskContent ReadFrom(string directory)
    {
        var content = new DiskContent();
        foreach (var path in Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(directory, path);
            if (Directory.Exists(path))
                content.AddDirectory(name);
            else
                content.Add(name, File.ReadAllBytes(path));
        }
        return content;
    }

    public void Add(string path, byte[] bytes) => _files.Add(path, bytes);

    public void AddDirectory(string path) => _files.Add(path + "/", []);

    public void WriteTo(string directory)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException();
        foreach (var (name, bytes) in _files)
        {
            var path = Path.Combine(directory, name);
            if (name.EndsWith('/'))
            {
                Directory.CreateDirectory(path, OwnersDirectory);
                continue;
            }
            File.WriteAllBytes(path, bytes);
            File.SetUnixFileMode(path, OwnersFile);
        }
    }

    /// <summary>The first path that differs, and how; null when nothing differs.</summary>
    public string? DifferenceFrom(DiskContent other)
    {
        foreach (var path in _files.Keys.Union(other._files.Keys))
        {
            if (!_files.TryGetValue(path, out var bytes) || !other._files.TryGetValue(path, out var others))
                return $"'{path}' is in one of them only";
            var same = bytes.AsSpan().CommonPrefixLength(others);
            if (same < Math.Max(bytes.Length, others.Length))
                return $"'{path}' differs from offset {same}; the lengths are {bytes.Length} and {others.Length}";
        }
        return null;
    }
}
