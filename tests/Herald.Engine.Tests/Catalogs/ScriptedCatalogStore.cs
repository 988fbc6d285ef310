using Herald.Engine.Stores;
using Herald.TestKit.Catalogs;

namespace Herald.Engine.Tests.Catalogs;

/// <summary>A catalog in memory. It stamps the next change with <see cref="Heads"/>.</summary>
internal sealed class ScriptedCatalogStore(int shards) : ICatalogStore
{
    private readonly Dictionary<(string, string), CatalogRecord> _records = [];
    private long _version;

    public long[] Heads { get; } = new long[shards];

    /// <summary>Runs once, just before the next change: in it, a test makes the change of another node that comes first.</summary>
    public Func<Task>? Before { get; set; }

    /// <summary>Runs once, before the next query is answered. It also runs to its end when the caller cancels.</summary>
    public Func<Task>? BeforeFind { get; set; }

    /// <summary>Runs before each read of changes. The read throws what this throws.</summary>
    public Func<Task>? BeforeRead { get; set; }

    public long Version => _version;

    public IEnumerable<CatalogRecord> Records => _records.Values.Where(record => record.Body is not null);

    public List<CatalogQuery> Queries { get; } = [];

    public async ValueTask<CatalogChanges> ReadAsync(long sinceVersion, int limit, CancellationToken cancel)
    {
        if (BeforeRead is { } before)
            await before();
        return new CatalogChanges(_version, true, [.. _records.Values.Where(r => r.Version > sinceVersion).OrderBy(r => r.Version)]);
    }

    public async ValueTask<IReadOnlyList<CatalogRecord>> FindAsync(CatalogQuery query, CancellationToken cancel)
    {
        Queries.Add(query);
        if (BeforeFind is { } before)
        {
            BeforeFind = null;
            await before();
        }
        return CatalogQueries.Answer(query, _records.Values);
    }

    public async ValueTask<CatalogReply> ChangeAsync(IReadOnlyList<CatalogWrite> writes, CancellationToken cancel)
    {
        if (Before is { } before)
        {
            Before = null;
            await before();
        }
        for (var i = 0; i < writes.Count; i++)
        {
            var there = _records.GetValueOrDefault((writes[i].Kind, writes[i].Id));
            if (writes[i].ExpectedVersion is { } expected && expected != (there?.Body is null ? 0 : there.Version))
                return new CatalogReply(_version, Heads, i);
        }
        _version++;
        foreach (var write in writes)
        {
            var number = _records.GetValueOrDefault((write.Kind, write.Id)) is { Body: not null } there ? there.Number : (int)_version;
            _records[(write.Kind, write.Id)] = new CatalogRecord(write.Kind, write.Id, number, write.Parent, _version, [.. Heads], write.Body);
        }
        return new CatalogReply(_version, Heads, null);
    }

    public IDisposable OnChange(Action<long> changed) => throw new NotSupportedException();
}
