using System.Diagnostics;
using Herald.Engine.Stores;
using Herald.Journal.Frames;

namespace Herald.Journal.Catalog;

/// <summary>The catalog's records in the order of their last change.</summary>
/// <remarks>
/// The catalog is small: all of it is in memory and in every checkpoint. The writer changes the table once a change is durable; any thread
/// can read it.
/// </remarks>
internal sealed class CatalogTable
{
    /// <summary>How many removals are remembered, so that a reader that was away learns of them.</summary>
    private const int RemovedKept = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Kind, string Id), CatalogRecord> _byId = [];

    // Live records only. Queries for a page, by number or by parent use these.
    private readonly Dictionary<string, CatalogKind> _kinds = [];
    private List<CatalogRecord> _byVersion = [];
    private long _version;
    private int _removed;

    public long Version => Volatile.Read(ref _version);

    public CatalogChanges Read(long sinceVersion, int limit)
    {
        lock (_gate)
        {
            var (changed, version) = (new List<CatalogRecord>(), _version);
            for (var from = FirstAfter(sinceVersion); from < _byVersion.Count; from++)
            {
                var record = _byVersion[from];
                if (!IsLast(record))
                    continue;
                if (changed.Count >= limit && record.Version > changed[^1].Version)
                    return new CatalogChanges(changed[^1].Version, false, changed);
                changed.Add(record);
            }
            return new CatalogChanges(version, true, changed);
        }
    }

    /// <summary>The number of live records of the kind.</summary>
    public int Count(string kind)
    {
        lock (_gate)
            return _kinds.GetValueOrDefault(kind)?.Count ?? 0;
    }

    public IReadOnlyList<CatalogRecord> Find(CatalogQuery query)
    {
        lock (_gate)
        {
            return query switch
            {
                CatalogQuery.ById { Id: var id } => _byId.GetValueOrDefault((query.Kind, id)) is { Body: not null } record ? [record] : [],
                CatalogQuery.ByNumber or CatalogQuery.ByParent or CatalogQuery.Page =>
                    _kinds.GetValueOrDefault(query.Kind)?.Find(query) ?? [],
                _ => throw new UnreachableException($"{query}"),
            };
        }
    }

    /// <summary>Returns the index of the first write whose expected version does not match, or null.</summary>
    public int? FindConflict(IReadOnlyList<CatalogWrite> writes)
    {
        lock (_gate)
        {
            for (var i = 0; i < writes.Count; i++)
            {
                var record = _byId.GetValueOrDefault((writes[i].Kind, writes[i].Id));
                var version = record?.Body is null ? 0 : record.Version;
                if (writes[i].ExpectedVersion is { } expected && expected != version)
                    return i;
            }
            return null;
        }
    }

    /// <summary>Pairs each write with the number of its record: the number it has, or the one this change gives it.</summary>
    public List<(CatalogWrite Write, int Number)> Numbered(IReadOnlyList<CatalogWrite> writes)
    {
        lock (_gate)
            return [.. writes.Select(write => (write, _byId.GetValueOrDefault((write.Kind, write.Id)) is { Body: not null } there ? there.Number : (int)_version + 1))];
    }

    public static void Write(
        FrameBuffer frame, long version, ReadOnlySpan<long> heads, IReadOnlyList<(CatalogWrite Write, int Number)> writes)
    {
        frame.Begin(EntryType.Catalog);
        frame.Add(version);
        WriteHeads(frame, heads);
        frame.Add(writes.Count);
        foreach (var (write, number) in writes)
        {
            frame.AddText(write.Kind);
            frame.AddText(write.Id);
            frame.Add(number);
            frame.Add(write.Parent);
            WriteBody(frame, write.Body);
        }
        frame.End();
    }

    public void Apply(ref EntryReader entry)
    {
        var version = entry.Long();
        var heads = ReadHeads(ref entry);
        var count = entry.Int();
        lock (_gate)
        {
            for (; count > 0; count--)
                Put(new CatalogRecord(entry.Text(), entry.Text(), entry.Int(), entry.Int(), version, heads, ReadBody(ref entry)));
            Volatile.Write(ref _version, version);
            Compact();
        }
    }

    public (long Version, CatalogRecord[] Records) Snapshot()
    {
        lock (_gate)
            return (_version, [.. _byVersion.Where(IsLast)]);
    }

    public static void Save(FrameBuffer frame, CatalogRecord record)
    {
        frame.Add(record.Version);
        WriteHeads(frame, [.. record.Heads]);
        frame.AddText(record.Kind);
        frame.AddText(record.Id);
        frame.Add(record.Number);
        frame.Add(record.Parent);
        WriteBody(frame, record.Body);
    }

    public void Load(ref EntryReader entry)
    {
        var version = entry.Long();
        var heads = ReadHeads(ref entry);
        Put(new CatalogRecord(entry.Text(), entry.Text(), entry.Int(), entry.Int(), version, heads, ReadBody(ref entry)));
    }

    public void LoadVersion(long version) => Volatile.Write(ref _version, version);

    private void Put(CatalogRecord record)
    {
        var id = (record.Kind, record.Id);
        if (!_kinds.TryGetValue(record.Kind, out var kind))
            _kinds[record.Kind] = kind = new CatalogKind();
        var before = _byId.GetValueOrDefault(id);
        if (before is { Body: null })
            _removed--;
        else if (before is not null)
            kind.Remove(before);
        if (record.Body is null)
            _removed++;
        else
            kind.Add(record);
        _byId[id] = record;
        _byVersion.Add(record);
    }

    private bool IsLast(CatalogRecord record) => ReferenceEquals(_byId.GetValueOrDefault((record.Kind, record.Id)), record);

    private void Compact()
    {
        if (_byVersion.Count <= 64 + (2 * _byId.Count) && _removed <= RemovedKept)
            return;
        var forget = _removed > RemovedKept ? _removed - (RemovedKept / 2) : 0;
        var kept = new List<CatalogRecord>(_byId.Count);
        foreach (var record in _byVersion)
        {
            if (!IsLast(record))
                continue;
            if (record.Body is null && forget > 0)
            {
                forget--;
                _removed--;
                _byId.Remove((record.Kind, record.Id));
            }
            else
            {
                kept.Add(record);
            }
        }
        _byVersion = kept;
    }

    private int FirstAfter(long version)
    {
        int low = 0, high = _byVersion.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_byVersion[middle].Version <= version)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private static void WriteHeads(FrameBuffer frame, ReadOnlySpan<long> heads)
    {
        frame.Add(heads.Length);
        foreach (var head in heads)
            frame.Add(head);
    }

    private static long[] ReadHeads(ref EntryReader entry)
    {
        var heads = new long[entry.Int()];
        for (var i = 0; i < heads.Length; i++)
            heads[i] = entry.Long();
        return heads;
    }

    private static void WriteBody(FrameBuffer frame, ReadOnlyMemory<byte>? body)
    {
        frame.Add((byte)(body is null ? 0 : 1));
        if (body is { } bytes)
            frame.AddSized(bytes.Span);
    }

    private static ReadOnlyMemory<byte>? ReadBody(ref EntryReader entry) =>
        entry.Byte() == 0 ? (ReadOnlyMemory<byte>?)null : entry.Sized().ToArray();
}
