namespace Herald.Engine.Stores;

/// <summary>
/// Topics, subscriptions and keys as versioned records. The catalog has one version, which every change raises by one;
/// a record's version is that of its last change.
/// </summary>
public interface ICatalogStore
{
    /// <summary>All records changed after the version, removed ones included (for as long as the store remembers them), oldest first.</summary>
    ValueTask<CatalogChanges> ReadAsync(long sinceVersion, CancellationToken cancel);

    /// <summary>Applies all writes as one change, or none. Complete means durable.</summary>
    ValueTask<CatalogReply> ChangeAsync(IReadOnlyList<CatalogWrite> writes, CancellationToken cancel);

    /// <summary>Called with the new version, on any thread; must return at once. A hint: it may be lost.</summary>
    IDisposable OnChange(Action<long> changed);
}

/// <param name="Kind">A short noun: <c>topic</c>, <c>subscription</c>.</param>
/// <param name="ExpectedVersion">The version the record must have: 0 for "must not exist", null for any.</param>
/// <param name="Body">The engine's encoding; null removes the record.</param>
public sealed record CatalogWrite(string Kind, string Id, long? ExpectedVersion, ReadOnlyMemory<byte>? Body);

/// <param name="Heads">
/// The last sequence of every shard at the moment of the change: every event up to it was accepted before the change,
/// every later one after.
/// </param>
/// <param name="Body">Null: the record was removed.</param>
public sealed record CatalogRecord(string Kind, string Id, long Version, IReadOnlyList<long> Heads, ReadOnlyMemory<byte>? Body);

public sealed record CatalogChanges(long Version, IReadOnlyList<CatalogRecord> Records);

/// <param name="Conflict">Index of the first write whose expected version did not hold; null when all were applied.</param>
public sealed record CatalogReply(long Version, IReadOnlyList<long> Heads, int? Conflict);
