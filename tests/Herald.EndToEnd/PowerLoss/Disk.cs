using System.Diagnostics;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>
/// A disk that forgets what was not synced. It is given the recorded calls one after another, and answers what a loss of power leaves.
/// </summary>
/// <remarks>
/// A sync of a file makes its content and length durable, not its name. A sync of a directory makes its names durable, and nothing in the
/// files. So it promises no more than POSIX does, and less than most file systems.
/// </remarks>
internal sealed class Disk(SyncLie lie)
{
    private readonly DiskDirectory _root = new();
    private readonly Dictionary<uint, (DiskNode Node, string Path)> _open = [];

    /// <summary>A disk that has a content, all of it durable.</summary>
    public static Disk Of(DiskContent content, SyncLie lie)
    {
        var disk = new Disk(lie);
        var directories = new List<DiskDirectory> { disk._root };
        foreach (var (path, bytes) in content.All)
        {
            var name = path.TrimEnd('/');
            DiskNode node = path.EndsWith('/') ? new DiskDirectory() : new DiskFile((byte[])bytes.Clone());
            disk.ParentOf("/" + name).Change((NameOf("/" + name), node));
            if (node is DiskDirectory directory)
                directories.Add(directory);
        }
        directories.ForEach(directory => directory.Sync());
        return disk;
    }

    public void Apply(DiskRecord record)
    {
        switch (record.Operation)
        {
            case DiskOperation.Open:
                _open[record.Handle] = (At(record.Path), record.Path);
                break;
            case DiskOperation.Create:
                ParentOf(record.Path).Change((NameOf(record.Path), new DiskFile([])));
                break;
            case DiskOperation.MakeDirectory:
                ParentOf(record.Path).Change((NameOf(record.Path), new DiskDirectory()));
                break;
            case DiskOperation.Unlink or DiskOperation.RemoveDirectory:
                ParentOf(record.Path).Change((NameOf(record.Path), null));
                break;
            case DiskOperation.Rename:
                Rename(record.Path, record.Other);
                break;
            case DiskOperation.Write:
                FileOf(record).Write(record.Offset, record.Data);
                break;
            case DiskOperation.Truncate:
                FileOf(record).Resize(record.Length);
                break;
            case DiskOperation.Allocate:
                FileOf(record).Allocate(record.Offset + record.Length);
                break;
            case DiskOperation.Free:
                FileOf(record).Free(record.Offset, record.Length);
                break;
            case DiskOperation.Sync when !IsIgnored(record):
                FileOf(record).Sync();
                break;
            case DiskOperation.SyncDirectory when !IsIgnored(record):
                ((DiskDirectory)_open[record.Handle].Node).Sync();
                break;
            case DiskOperation.Sync or DiskOperation.SyncDirectory:
                break;
            default:
                throw new UnreachableException($"{record.Operation}");
        }
    }

    /// <summary>What a loss of power leaves.</summary>
    public DiskContent After(Fate fate, Random random)
    {
        var left = new DiskContent();
        Add("", _root);
        return left;

        void Add(string path, DiskDirectory directory)
        {
            foreach (var (name, node) in directory.NamesAfter(fate, random))
            {
                switch (node)
                {
                    case DiskDirectory below:
                        left.AddDirectory(path + name);
                        Add($"{path}{name}/", below);
                        break;
                    case DiskFile file:
                        left.Add(path + name, file.ContentAfter(fate, random));
                        break;
                }
            }
        }
    }

    private void Rename(string from, string to)
    {
        var parent = ParentOf(from);
        if (parent != ParentOf(to))
            throw new NotSupportedException($"'{from}' was renamed to '{to}', and this model knows only renames within one directory.");
        parent.Change((NameOf(from), null), (NameOf(to), At(from)));
    }

    private bool IsIgnored(DiskRecord record)
    {
        var path = _open[record.Handle].Path;
        return lie switch
        {
            SyncLie.None => false,
            SyncLie.Segments => path.EndsWith(".log", StringComparison.Ordinal),
            SyncLie.Directories => record.Operation == DiskOperation.SyncDirectory,
            SyncLie.Checkpoints => path.EndsWith("/checkpoint.new", StringComparison.Ordinal),
        };
    }

    private DiskFile FileOf(DiskRecord record) =>
        (DiskFile)(record.Handle == DiskRecord.NoHandle ? At(record.Path) : _open[record.Handle].Node);

    private DiskNode At(string path)
    {
        DiskNode node = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            node = ((DiskDirectory)node).Find(name);
        return node;
    }

    private DiskDirectory ParentOf(string path) => (DiskDirectory)At(path[..path.LastIndexOf('/')]);

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
