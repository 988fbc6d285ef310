using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>Reads application state. Only a <see cref="ShardCommit"/> writes it.</summary>
public interface IStateReader
{
    /// <summary>
    /// The values by index of <paramref name="keys"/>; null where there is none. One call reads from many shards. Each value is a committed
    /// one, but the values need not be of one moment.
    /// </summary>
    /// <exception cref="InvalidDataException">A value is damaged; the message says where. The caller can ask for the others without it.</exception>
    /// <param name="application">The full name (<see cref="Basics.TenantId.FullName"/>).</param>
    ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
        string application, IReadOnlyList<StateKey> keys, CancellationToken cancel);

    /// <summary>
    /// The blocks of history that include the sequence. Those of commits are in the order of the commits, whatever the clocks said; those
    /// that redrives and discards have written can be at any place.
    /// </summary>
    ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel);
}
