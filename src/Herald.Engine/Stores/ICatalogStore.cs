using Herald.Engine.Basics;

namespace Herald.Engine.Stores;

/// <summary>
/// Topics and subscriptions as versioned records. The catalog as a whole has one version, and every change raises it by one.
/// A record's version is that of its last change; a record's number is the version of the change that created it.
/// </summary>
/// <remarks>Ids of topics and subscriptions are full names (<see cref="TenantId.FullName"/>), which the store compares as texts.</remarks>
public interface ICatalogStore
{
    /// <summary>
    /// Returns the records that changed after the version, oldest first. It includes removed records for as long as the store remembers
    /// them. The count can exceed <paramref name="limit"/>, because one change is never split.
    /// </summary>
    ValueTask<CatalogChanges> ReadAsync(long sinceVersion, int limit, CancellationToken cancel);

    /// <summary>Returns the present records. Records that do not exist are left out.</summary>
    ValueTask<IReadOnlyList<CatalogRecord>> FindAsync(CatalogQuery query, CancellationToken cancel);

    /// <summary>Applies all writes as one change, or none of them. When the call completes, the change is durable.</summary>
    ValueTask<CatalogReply> ChangeAsync(IReadOnlyList<CatalogWrite> writes, CancellationToken cancel);

    /// <summary>
    /// Calls the listener with the new version, on any thread. The listener must return at once. It is a hint: a call can be lost.
    /// </summary>
    IDisposable OnChange(Action<long> changed);
}

/// <param name="Kind">A short noun, for example <c>topic</c> or <c>subscription</c>.</param>
/// <param name="Parent">The number of the record of another kind to which it belongs; 0 for none. It keeps its value from creation.</param>
/// <param name="ExpectedVersion">The version that the record must have: 0 for "must not exist", null for any.</param>
/// <param name="Body">The engine's encoding; null removes the record.</param>
public sealed record CatalogWrite(string Kind, string Id, int Parent, long? ExpectedVersion, ReadOnlyMemory<byte>? Body);

/// <param name="Number">Never reused: a record that is removed and created again has another number.</param>
/// <param name="Heads">
/// The last sequence of every shard at the moment of the change. Every event up to it was accepted before the change,
/// every later event after it.
/// </param>
/// <param name="Body">Null: the record was removed.</param>
public sealed record CatalogRecord(
    string Kind, string Id, int Number, int Parent, long Version, IReadOnlyList<long> Heads, ReadOnlyMemory<byte>? Body);

/// <param name="Version">
/// The version that a reader has after these records; the catalog's own version when <paramref name="IsLast"/> is true.
/// </param>
/// <param name="IsLast">There are no newer changes.</param>
public sealed record CatalogChanges(long Version, bool IsLast, IReadOnlyList<CatalogRecord> Records);

/// <param name="Conflict">Index of the first write whose expected version did not match; null when all writes were applied.</param>
public sealed record CatalogReply(long Version, IReadOnlyList<long> Heads, int? Conflict);

/// <summary>Selects records.</summary>
public abstract record CatalogQuery(string Kind)
{
    public sealed record ById(string Kind, string Id) : CatalogQuery(Kind);

    public sealed record ByNumber(string Kind, IReadOnlyCollection<int> Numbers) : CatalogQuery(Kind);

    public sealed record ByParent(string Kind, IReadOnlyCollection<int> Parents) : CatalogQuery(Kind);

    /// <summary>The records of one tenant, sorted by id, in an order that the store chooses and keeps.</summary>
    /// <param name="Parent">Null for all.</param>
    /// <param name="After">The last id of the previous page; null for the first page.</param>
    public sealed record Page(string Kind, int? Parent, string? After, int Limit) : CatalogQuery(Kind)
    {
        /// <summary>The tenant of the parent, if there is one.</summary>
        public TenantId Tenant { get; init; }
    }
}
