namespace Herald.Engine.Stores;

/// <summary>
/// Topics and subscriptions as versioned records. The catalog has one version, which every change raises by one;
/// a record's version is that of its last change, its number that of the change that created it.
/// </summary>
public interface ICatalogStore
{
    /// <summary>
    /// Records changed after the version, removed ones included (for as long as the store remembers them), oldest first: about as many
    /// as <paramref name="limit"/>, since one change is never given in part.
    /// </summary>
    ValueTask<CatalogChanges> ReadAsync(long sinceVersion, int limit, CancellationToken cancel);

    /// <summary>Records as they are now; those that do not exist are passed over.</summary>
    ValueTask<IReadOnlyList<CatalogRecord>> FindAsync(CatalogQuery query, CancellationToken cancel);

    /// <summary>Applies all writes as one change, or none. Complete means durable.</summary>
    ValueTask<CatalogReply> ChangeAsync(IReadOnlyList<CatalogWrite> writes, CancellationToken cancel);

    /// <summary>Called with the new version, on any thread; must return at once. A hint: it may be lost.</summary>
    IDisposable OnChange(Action<long> changed);
}

/// <param name="Kind">A short noun: <c>topic</c>, <c>subscription</c>.</param>
/// <param name="Parent">The number of the record it belongs to, another kind's; 0 for none. Stays as it was at creation.</param>
/// <param name="ExpectedVersion">The version the record must have: 0 for "must not exist", null for any.</param>
/// <param name="Body">The engine's encoding; null removes the record.</param>
public sealed record CatalogWrite(string Kind, string Id, int Parent, long? ExpectedVersion, ReadOnlyMemory<byte>? Body);

/// <param name="Number">Never reused: a record that was removed and made again has another.</param>
/// <param name="Heads">
/// The last sequence of every shard at the moment of the change: every event up to it was accepted before the change,
/// every later one after.
/// </param>
/// <param name="Body">Null: the record was removed.</param>
public sealed record CatalogRecord(
    string Kind, string Id, int Number, int Parent, long Version, IReadOnlyList<long> Heads, ReadOnlyMemory<byte>? Body);

/// <param name="Version">What the records bring their reader up to; the catalog's own, when they are the last.</param>
/// <param name="IsLast">There is nothing newer.</param>
public sealed record CatalogChanges(long Version, bool IsLast, IReadOnlyList<CatalogRecord> Records);

/// <param name="Conflict">Index of the first write whose expected version did not hold; null when all were applied.</param>
public sealed record CatalogReply(long Version, IReadOnlyList<long> Heads, int? Conflict);

/// <summary>Which records are asked for.</summary>
public abstract record CatalogQuery(string Kind)
{
    public sealed record ById(string Kind, string Id) : CatalogQuery(Kind);

    public sealed record ByNumber(string Kind, IReadOnlyCollection<int> Numbers) : CatalogQuery(Kind);

    public sealed record ByParent(string Kind, IReadOnlyCollection<int> Parents) : CatalogQuery(Kind);

    /// <summary>By id, in an order of the store's own that stays the same.</summary>
    /// <param name="Parent">Null for all.</param>
    /// <param name="After">The last id of the page before; null for the first page.</param>
    public sealed record Page(string Kind, int? Parent, string? After, int Limit) : CatalogQuery(Kind);
}
