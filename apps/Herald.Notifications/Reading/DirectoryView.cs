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

    /// <param name="newerThan">Directories that turned out to be too old; null for any of the last second.</param>
    public async ValueTask<ShardDirectories> GetAsync(ShardDirectories? newerThan, CancellationToken cancel)
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

    /// <summary>Reads them now, in one call where nothing is damaged.</summary>
    public async ValueTask<ShardDirectories> ReadAsync(CancellationToken cancel)
    {
        var damages = new Dictionary<int, InvalidDataException>();
        var values = await ReadValuesAsync(cancel);
        var directories = new BlockDirectory?[shardCount];
        for (var shard = 0; shard < shardCount; shard++)
        {
            try
            {
                directories[shard] = values is null
                    ? await ReadOneAsync(shard, cancel) : BlockDirectory.Newer(values[2 * shard], values[(2 * shard) + 1]);
            }
            catch (InvalidDataException damage)
            {
                damages.Add(shard, damage);
            }
        }
        return new(directories, damages);
    }

    /// <returns>Null when the store cannot read one of the values.</returns>
    private async ValueTask<ReadOnlyMemory<byte>?[]?> ReadValuesAsync(CancellationToken cancel)
    {
        try
        {
            return await entries.ReadAsync([.. Enumerable.Range(0, shardCount).SelectMany(KeysOf)], cancel);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private async ValueTask<BlockDirectory?> ReadOneAsync(int shard, CancellationToken cancel)
    {
        var values = await entries.ReadAsync([.. KeysOf(shard)], cancel);
        return BlockDirectory.Newer(values[0], values[1]);
    }

    private static IEnumerable<StateKey> KeysOf(int shard) =>
        [new(new ShardId(shard), StatusKeys.Directory0), new(new ShardId(shard), StatusKeys.Directory1)];

    public void Dispose() => _turn.Dispose();

    private ShardDirectories? Fresh(ShardDirectories? newerThan) =>
        _seen is { } seen && time.GetElapsedTime(seen.At) <= MostAge && !ReferenceEquals(seen.Directories, newerThan)
            ? seen.Directories : null;

    private sealed record Seen(ShardDirectories Directories, long At);
}
