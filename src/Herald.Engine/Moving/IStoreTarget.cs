using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Moving;

/// <summary>
/// Takes a whole store, as it is: nothing is checked for duplicates, numbered anew or dated anew. Until it is complete there is no store;
/// disposed before, it leaves nothing that could be taken for one. What is lent is lent for the call.
/// </summary>
public interface IStoreTarget : IAsyncDisposable
{
    ValueTask BeginAsync(StoreShape shape, CancellationToken cancel);

    /// <summary>In order of their versions; removed ones that are still remembered among them.</summary>
    ValueTask AddCatalogRecordAsync(CatalogRecord record, CancellationToken cancel);

    /// <summary>What the owner has saved since, and with, its last checkpoint, in order.</summary>
    ValueTask AddProgressAsync(ShardId shard, ReadOnlyMemory<byte> record, CancellationToken cancel);

    /// <summary>An event that is no longer kept while its id is remembered: from <see cref="ShardShape.FirstRemembered"/> on, in order.</summary>
    ValueTask AddRememberedAsync(ShardId shard, IndexEntry index, CancellationToken cancel);

    ValueTask AddEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel);

    ValueTask AddDeadLetterAsync(DeadLetter letter, CancellationToken cancel);

    ValueTask AddStateAsync(ShardId shard, string application, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancel);

    ValueTask AddSourceAsync(SourcePosition position, CancellationToken cancel);

    /// <summary>The oldest first.</summary>
    ValueTask AddHistoryAsync(ShardId shard, HistoryBlock block, CancellationToken cancel);

    ValueTask AddKeptKeyAsync(ShardId shard, KeptKey key, CancellationToken cancel);

    /// <summary>An event below <see cref="ShardShape.First"/> that a kept key needs; those of a shard in order.</summary>
    ValueTask AddKeptEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel);

    /// <summary>All is there and durable: from now on it is a store.</summary>
    ValueTask CompleteAsync(CancellationToken cancel);
}
