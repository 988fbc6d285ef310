using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>The logs of all shards: any node may append to and read from any shard.</summary>
public interface IEventLog
{
    int ShardCount { get; }

    /// <summary>Drawn when the store was created; seeds every <see cref="StableHash"/>.</summary>
    ulong HashSeed { get; }

    /// <summary>
    /// Makes the events durable and gives each its verdict; complete means durable. Events of one call that share a shard
    /// keep their order. Not atomic across shards. A duplicate is answered only once its original is durable.
    /// <paramref name="verdicts"/> is as long as <paramref name="events"/>.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Nothing is known to be stored: the caller may try again with the same ids.</exception>
    ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, SourcePosition? position, CancellationToken cancel);

    /// <summary>Reads durable entries from <paramref name="from"/> on, in order and without gaps; 0 when there is none yet.</summary>
    ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel);

    /// <summary>
    /// Reads whole events, in the order of <paramref name="sequences"/>, which ascend. A sequence that is no longer kept is passed over in silence.
    /// </summary>
    ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel);

    /// <summary>The first and last durable sequences that are kept; an empty log has <c>First = Last + 1</c>.</summary>
    ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel);

    /// <summary>The first kept sequence accepted at or after the time; one past the last when there is none.</summary>
    ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel);

    /// <summary>The sequence of the newest event with this topic, key and id inside the deduplication window, or 0.</summary>
    ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel);

    /// <summary>The position stored by the last append for this source, or null.</summary>
    ValueTask<long?> ReadSourcePositionAsync(string source, CancellationToken cancel);

    /// <summary>Called with a shard and its last durable sequence, on any thread; must return at once. A hint: it may be lost or doubled.</summary>
    IDisposable OnHead(Action<ShardId, long> advanced);
}

/// <param name="CatalogVersion">Entries may only be routed with a catalog at least this new (see ARCHITECTURE: repeatable routing).</param>
public readonly record struct IndexRead(int Count, long CatalogVersion);

public readonly record struct LogBounds(long First, long Last);

/// <summary>Takes events as they are read. The record is lent for the call only: copy what must live longer.</summary>
public interface IEventSink
{
    void OnEvent(long sequence, ReadOnlySpan<byte> record);
}
