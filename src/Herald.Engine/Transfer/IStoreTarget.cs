using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Transfer;

/// <summary>
/// Receives a whole store, unchanged: no duplicate check, no new numbers, no new times. Until it is complete, there is no store.
/// </summary>
/// <remarks>
/// If it is disposed before, nothing remains that could be mistaken for a store. Memory that is passed is valid during the call only.
/// </remarks>
public interface IStoreTarget : IAsyncDisposable
{
    ValueTask BeginAsync(StoreShape shape, CancellationToken cancel);

    /// <summary>In the order of their versions. Removed records that are still remembered are included.</summary>
    ValueTask AddCatalogRecordAsync(CatalogRecord record, CancellationToken cancel);

    /// <summary>The last checkpoint and the records after it, in order.</summary>
    ValueTask AddProgressAsync(ShardId shard, ReadOnlyMemory<byte> record, CancellationToken cancel);

    /// <summary>
    /// The index entry of an event that is no longer kept but whose id is still remembered: from <see cref="ShardShape.FirstRemembered"/>
    /// on, in order.
    /// </summary>
    ValueTask AddRememberedAsync(ShardId shard, IndexEntry index, CancellationToken cancel);

    ValueTask AddEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel);

    ValueTask AddDeadLetterAsync(DeadLetter letter, CancellationToken cancel);

    ValueTask AddStateAsync(
        ShardId shard, string application, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancel);

    ValueTask AddSourceAsync(SourcePosition position, CancellationToken cancel);

    /// <summary>Oldest first.</summary>
    ValueTask AddHistoryAsync(ShardId shard, HistoryBlock block, CancellationToken cancel);

    ValueTask AddKeptKeyAsync(ShardId shard, KeptKey key, CancellationToken cancel);

    /// <summary>An event below <see cref="ShardShape.First"/> that a kept key needs. The events of a shard come in order.</summary>
    ValueTask AddKeptEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel);

    /// <summary>Everything has been passed. When the call completes, all is durable and the target is a store.</summary>
    ValueTask CompleteAsync(CancellationToken cancel);
}
