using Herald.Engine.Stores;

namespace Herald.Engine.Tests.Catalogs;

/// <summary>A catalog in memory; <see cref="Heads"/> are what it stamps on the next change.</summary>
internal sealed class ScriptedCatalogStore(int shards) : ICatalogStore
{
    private readonly Dictionary<(string, string), CatalogRecord> _records = [];
    private long _version;

    public long[] Heads { get; } = new long[shards];

    /// <summary>Runs once, just before the next change: somebody else is faster.</summary>
    public Func<Task>? Before { get; set; }

    public ValueTask<CatalogChanges> ReadAsync(long sinceVersion, CancellationToken cancel) =>
        new(new CatalogChanges(_version, [.. _records.Values.Where(r => r.Version > sinceVersion).OrderBy(r => r.Version)]));

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
            _records[(write.Kind, write.Id)] = new CatalogRecord(write.Kind, write.Id, _version, [.. Heads], write.Body);
        return new CatalogReply(_version, Heads, null);
    }

    public IDisposable OnChange(Action<long> changed) => throw new NotSupportedException();
}
