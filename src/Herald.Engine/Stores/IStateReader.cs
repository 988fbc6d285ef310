using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>Reads application state. Only a <see cref="ShardCommit"/> writes it.</summary>
public interface IStateReader
{
    /// <summary>The values by index of <paramref name="keys"/>; null where there is none.</summary>
    /// <param name="application">The full name (<see cref="Basics.TenantId.FullName"/>).</param>
    ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
        ShardId shard, string application, IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancel);

    /// <summary>
    /// The blocks of history that include the sequence. Those of commits are in the order of the commits, whatever the clocks said; those
    /// that redrives and discards have written can be at any place.
    /// </summary>
    ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel);
}
