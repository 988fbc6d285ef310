namespace Herald.EndToEnd.PowerLoss;

/// <summary>The names in a directory as a disk has them: what was synced, and the changes since then.</summary>
internal sealed class DiskDirectory : DiskNode
{
    private readonly List<(string Name, DiskNode? Node)[]> _unsynced = [];
    private readonly Dictionary<string, DiskNode> _live = [];
    private Dictionary<string, DiskNode> _synced = [];

    public DiskNode Find(string name) =>
        _live.TryGetValue(name, out var node) ? node : throw new InvalidDataException($"The log names '{name}', which was never created.");

    /// <summary>Changes names in one step.</summary>
    /// <param name="change">No node removes the name.</param>
    public void Change(params (string Name, DiskNode? Node)[] change)
    {
        _unsynced.Add(change);
        Apply(change, _live);
    }

    public void Sync()
    {
        _synced = new(_live);
        _unsynced.Clear();
    }

    /// <summary>
    /// The names after a loss of power. A file system with a journal has the changes up to a moment; others have any of them.
    /// </summary>
    public IEnumerable<(string Name, DiskNode Node)> NamesAfter(Fate fate, Random random)
    {
        var isInOrder = random.Next(2) == 0;
        var arrived = fate switch
        {
            Fate.Nothing => [],
            Fate.Everything => _unsynced,
            Fate.Sectors or Fate.Pages or Fate.Writes when isInOrder => _unsynced[..random.Next(_unsynced.Count + 1)],
            Fate.Sectors or Fate.Pages or Fate.Writes => _unsynced.FindAll(_ => random.Next(2) == 0),
        };
        var names = new Dictionary<string, DiskNode>(_synced);
        foreach (var change in arrived)
            Apply(change, names);
        return names.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Key, one.Value));
    }

    private static void Apply((string Name, DiskNode? Node)[] change, Dictionary<string, DiskNode> names)
    {
        foreach (var (name, node) in change)
        {
            if (node is null)
                names.Remove(name);
            else
                names[name] = node;
        }
    }
}
