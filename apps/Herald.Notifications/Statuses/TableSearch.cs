using Herald.Engine.Events;

namespace Herald.Notifications.Statuses;

/// <summary>Looks for uuids in the tables of a shard, in memory and, where parts are missing there, in the store.</summary>
internal sealed class TableSearch
{
    private readonly ShardId _shard;
    private readonly BlockDirectory _directory;
    private readonly BlockTables _tables;
    private readonly (Guid Uuid, uint Tag)[] _wanted;
    private readonly Dictionary<(long Block, int Part), TablePart> _parts = [];
    private readonly List<(BlockEntry Block, int Part)> _missing = [];

    public TableSearch(ShardId shard, BlockDirectory directory, BlockTables tables, IEnumerable<Guid> uuids)
    {
        (_shard, _directory, _tables) = (shard, directory, tables);
        _wanted = [.. uuids.Select(uuid => (uuid, Tag.OfUuid(uuid, directory.Seed)))];
        var numbers = _wanted.Select(one => Tag.PartOf(one.Tag)).Distinct().ToList();
        foreach (var block in directory.Blocks.Where(block => block.TableRows > 0))
            foreach (var part in numbers)
                if (tables.Find(shard, block.Number, part, block.TableId) is { } there)
                    _parts.Add((block.Number, part), there);
                else
                    _missing.Add((block, part));
    }

    /// <summary>The keys of the parts that must be read from the store.</summary>
    public IEnumerable<byte[]> Missing => _missing.Select(one => StatusKeys.UuidPart(one.Block.Number, one.Part));

    /// <summary>Adds the parts that were read.</summary>
    /// <returns>The blocks with a part that is damaged, or of another table than the directory names. Their parts are still missing.</returns>
    public IReadOnlyList<BlockEntry> Add(Func<byte[], ReadOnlyMemory<byte>?> valueOf)
    {
        _missing.RemoveAll(one => IsAdded(one.Block, one.Part, valueOf));
        return [.. _missing.Select(one => one.Block).Distinct()];
    }

    /// <summary>Adds the parts that were read, in the order of <see cref="Missing"/>.</summary>
    /// <returns>False when one belongs to another table. Then the directory has changed meanwhile.</returns>
    /// <exception cref="InvalidDataException">A part is damaged.</exception>
    public bool TryAdd(ReadOnlySpan<ReadOnlyMemory<byte>?> values)
    {
        for (var at = 0; at < _missing.Count; at++)
            // A part that is gone was forgotten with its block.
            if (values[at] is null || !TryAdd(_missing[at].Block, _missing[at].Part, values[at]))
                return false;
        _missing.Clear();
        return true;
    }

    /// <summary>For each uuid, the rows that can be its own: those of the newest rows, and those of the tables.</summary>
    /// <param name="newest">Null when the newest rows, which no table has, are not searched.</param>
    public List<(Guid Uuid, List<long> Rows)> Candidates(OpenTags? newest)
    {
        var found = new List<(Guid Uuid, List<long> Rows)>();
        var rows = new List<long>();
        foreach (var (uuid, tag) in _wanted)
        {
            foreach (var block in _directory.Blocks)
                if (_parts.TryGetValue((block.Number, Tag.PartOf(tag)), out var part))
                    part.Find(tag, block.FirstRow, rows);
            if (_directory.Open is { } open)
                newest?.FindUuid(tag, open.FirstOpenRow, rows);
            rows.RemoveAll(row => !_directory.HasChapter(RowNumber.ChapterOf(row)));
            if (rows.Count == 0)
                continue;
            found.Add((uuid, rows));
            rows = [];
        }
        return found;
    }

    private bool IsAdded(BlockEntry block, int part, Func<byte[], ReadOnlyMemory<byte>?> valueOf)
    {
        try
        {
            return TryAdd(block, part, valueOf(StatusKeys.UuidPart(block.Number, part)));
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private bool TryAdd(BlockEntry block, int number, ReadOnlyMemory<byte>? value)
    {
        var part = TablePart.Read(StatusKeys.UuidPart(block.Number, number), value);
        if (part.Id != block.TableId)
            return false;
        _tables.Put(_shard, block.Number, number, part);
        _parts.Add((block.Number, number), part);
        return true;
    }
}
