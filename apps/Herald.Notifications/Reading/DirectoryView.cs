using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Reading;

/// <summary>The directories of all shards, at most a second old: for the door, which looks in tables only.</summary>
internal sealed class DirectoryView(StateEntries entries, int shardCount, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan MostAge = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private volatile Seen? _seen;

    /// <summary>By the shard; null where a shard has no rows yet.</summary>
    /// <param name="newerThan">Directories that turned out to be too old; null for any of the last second.</param>
    public async ValueTask<BlockDirectory?[]> GetAsync(BlockDirectory?[]? newerThan, CancellationToken cancel)
    {
        if (Fresh(newerThan) is { } there)
            return there;
        await _turn.WaitAsync(cancel);
        try
        {
            // Another caller may have read them meanwhile.
            if (Fresh(newerThan) is { } read)
                return read;
            var at = time.GetTimestamp();
            var directories = await ReadAsync(cancel);
            _seen = new Seen(directories, at);
            return directories;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Reads them now, in one call.</summary>
    public async ValueTask<BlockDirectory?[]> ReadAsync(CancellationToken cancel)
    {
        var keys = new StateKey[2 * shardCount];
        for (var shard = 0; shard < shardCount; shard++)
            (keys[2 * shard], keys[(2 * shard) + 1]) =
                (new(new ShardId(shard), StatusKeys.Directory0), new(new ShardId(shard), StatusKeys.Directory1));
        var values = await entries.ReadAsync(keys, cancel);
        return [.. Enumerable.Range(0, shardCount).Select(shard => BlockDirectory.Newer(values[2 * shard], values[(2 * shard) + 1]))];
    }

    public void Dispose() => _turn.Dispose();

    private BlockDirectory?[]? Fresh(BlockDirectory?[]? newerThan) =>
        _seen is { } seen && time.GetElapsedTime(seen.At) <= MostAge && !ReferenceEquals(seen.Directories, newerThan)
            ? seen.Directories : null;

    private sealed record Seen(BlockDirectory?[] Directories, long At);
}
