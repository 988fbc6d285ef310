namespace Herald.Engine.Stores;

/// <summary>Reads application state; it is written only by a <see cref="ShardCommit"/>.</summary>
public interface IStateReader
{
    /// <summary>Values by index of <paramref name="keys"/>; null where there is none.</summary>
    ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
        ShardId shard, string application, IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancel);

    /// <summary>Attempt blocks that touch the sequence, newest last.</summary>
    ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel);
}
