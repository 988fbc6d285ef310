using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>The logs of all shards. Any node may append to any shard and read from it.</summary>
public interface IEventLog
{
    int ShardCount { get; }

    /// <summary>Drawn when the store was created. Seeds every <see cref="StableHash"/>.</summary>
    ulong HashSeed { get; }

    /// <summary>
    /// Drawn when the store was created, for <see cref="IdentityHash"/>. It never leaves the store and the nodes that work on it.
    /// </summary>
    UInt128 HashSecret { get; }

    /// <summary>For how long an id is remembered at most. An event with a remembered id is a duplicate.</summary>
    TimeSpan DuplicateWindow => TimeSpan.Zero;

    /// <summary>Makes the events durable and sets a verdict for each. When the call completes, the accepted events are durable.</summary>
    /// <remarks>
    /// The call is not atomic across shards. Events of one call in one shard keep their order: when one finds no room, no later event of
    /// that shard is taken. The verdict <see cref="Verdict.Duplicate"/> is given only once the original is durable.
    /// <paramref name="verdicts"/> is as long as <paramref name="events"/>.
    /// </remarks>
    /// <exception cref="StoreUnavailableException">
    /// It is unknown whether anything was stored. The caller may try again with the same ids.
    /// </exception>
    ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel);

    /// <summary>
    /// Reads durable entries from <paramref name="from"/> on, in order. From <see cref="LogBounds.First"/> on there are no gaps.
    /// </summary>
    /// <remarks>
    /// Below it the store keeps only events of kept keys (<see cref="ShardCommit.Kept"/>), and a call that begins there reads only there.
    /// The next call begins at <see cref="IndexRead.Next"/>; sequences below it that the answer lacks are no longer kept.
    /// <see cref="IndexRead.Next"/> equals <paramref name="from"/> when the log does not reach so far yet.
    /// </remarks>
    ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel);

    /// <summary>
    /// Reads whole events, in the order of <paramref name="sequences"/>, which ascend. A sequence that is no longer kept is skipped without
    /// notice. A sequence whose stored bytes are not those that were written is reported as damaged; the others are read as usual.
    /// </summary>
    ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel);

    /// <summary>
    /// From the first sequence at and after which nothing has been freed, to the last durable sequence. An empty log has <c>First = Last +
    /// 1</c>.
    /// </summary>
    ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel);

    /// <summary>
    /// The first sequence within the bounds that was accepted at or after the time; one past the last when there is none.
    /// </summary>
    ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel);

    /// <summary>The sequence of the newest event with this topic, key and id inside the deduplication window, or 0.</summary>
    ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel);

    /// <summary>
    /// Calls the listener with a shard and its last durable sequence, on any thread. The listener must return at once. It is a hint: a call
    /// can be lost or repeated.
    /// </summary>
    IDisposable OnHead(Action<ShardId, long> advanced);
}

/// <param name="CatalogVersion">
/// The entries may be routed only with a catalog at least this new (see ARCHITECTURE, "Repeatable routing").
/// </param>
/// <param name="Next">Where the next reading begins. Everything kept from the start of this reading up to here has been read.</param>
public readonly record struct IndexRead(int Count, long CatalogVersion, long Next);

public readonly record struct LogBounds(long First, long Last);

/// <summary>Receives events as they are read. The record is valid during the call only: copy what must live longer.</summary>
public interface IEventSink
{
    void OnEvent(long sequence, ReadOnlySpan<byte> record);

    /// <summary>The event was accepted, but its record is lost. This does not settle its deliveries.</summary>
    /// <param name="damage">What is damaged and where, as text for display.</param>
    void OnDamaged(long sequence, string damage);
}
