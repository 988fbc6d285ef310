using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>The logs of all shards: any node may append to and read from any shard.</summary>
public interface IEventLog
{
    int ShardCount { get; }

    /// <summary>Drawn when the store was created; seeds every <see cref="StableHash"/>.</summary>
    ulong HashSeed { get; }

    /// <summary>Drawn when the store was created, for <see cref="IdentityHash"/>. It never leaves the store and the nodes that work on it.</summary>
    UInt128 HashSecret { get; }

    /// <summary>
    /// Makes the events durable and gives each its verdict; complete means durable. Events of one call that share a shard
    /// keep their order: when one finds no room, no later one of its shard is taken. Not atomic across shards. A position without events is saved
    /// even when there is no room. A duplicate is answered only once its original is durable.
    /// <paramref name="verdicts"/> is as long as <paramref name="events"/>.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Nothing is known to be stored: the caller may try again with the same ids.</exception>
    ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, SourcePosition? position, CancellationToken cancel);

    /// <summary>
    /// Reads durable entries from <paramref name="from"/> on, in order. From <see cref="LogBounds.First"/> on there are no gaps; below it only some are
    /// kept, of keys that wait (<see cref="ShardCommit.Kept"/>), and a call that begins there reads only there. <see cref="IndexRead.Next"/> is where to go
    /// on: what the answer lacks up to there is no longer kept. It is <paramref name="from"/> itself when nothing has come there yet.
    /// </summary>
    ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel);

    /// <summary>
    /// Reads whole events, in the order of <paramref name="sequences"/>, which ascend. A sequence that is no longer kept is passed over in silence;
    /// one that is kept, but is not what was written, is told as damaged, and the others are read as ever.
    /// </summary>
    ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel);

    /// <summary>The log from which on nothing has been freed, to its last durable sequence; an empty one has <c>First = Last + 1</c>.</summary>
    ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel);

    /// <summary>The first sequence within the bounds accepted at or after the time; one past the last when there is none.</summary>
    ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel);

    /// <summary>The sequence of the newest event with this topic, key and id inside the deduplication window, or 0.</summary>
    ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel);

    /// <summary>The position stored by the last append for this source, or null.</summary>
    ValueTask<long?> ReadSourcePositionAsync(string source, CancellationToken cancel);

    /// <summary>Called with a shard and its last durable sequence, on any thread; must return at once. A hint: it may be lost or doubled.</summary>
    IDisposable OnHead(Action<ShardId, long> advanced);
}

/// <param name="CatalogVersion">Entries may only be routed with a catalog at least this new (see ARCHITECTURE: repeatable routing).</param>
/// <param name="Next">Where to read on: everything that is kept below it, from where this reading began, has been read.</param>
public readonly record struct IndexRead(int Count, long CatalogVersion, long Next);

public readonly record struct LogBounds(long First, long Last);

/// <summary>Takes events as they are read. The record is lent for the call only: copy what must live longer.</summary>
public interface IEventSink
{
    void OnEvent(long sequence, ReadOnlySpan<byte> record);

    /// <summary>The event was accepted and is not settled for that, but its record is lost.</summary>
    /// <param name="damage">What is damaged and where, for people.</param>
    void OnDamaged(long sequence, string damage);
}
