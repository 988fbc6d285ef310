using Herald.Engine.Catalogs;
using Herald.Engine.Owning;
using Herald.Engine.Shards;
using Herald.Engine.Stores;

namespace Herald.Engine.Looking;

/// <summary>Asks any shard: one of this node for what it knows now, any other for what its owner has saved. Changes nothing.</summary>
internal sealed class ShardLooks(IEventLog log, IShardStore store, ShardHosts hosts)
{
    public int ShardCount => log.ShardCount;

    /// <param name="ask">Answers by itself, with nothing of the shard left in the answer: it may run inside the shard's loop, or twice.</param>
    public async ValueTask<T> AskAsync<T>(ShardId shard, Func<IShardLook, T> ask, CancellationToken cancel)
    {
        // Many shards may be one question: not all stores look at the token.
        cancel.ThrowIfCancellationRequested();
        if (hosts.Find(shard.Value) is { } host)
        {
            try
            {
                return await host.CallAsync(machine => ask(new LiveShard(machine)), cancel);
            }
            catch (StoreUnavailableException)
            {
                // It has left this node since it was looked up.
            }
        }
        return ask(await PeekAsync(shard, cancel));
    }

    /// <summary>Whether the shard has left a sequence behind for good, also after a restart or on another node.</summary>
    public async ValueTask<bool> HasPassedAsync(ShardId shard, SubscriptionEntry entry, long sequence)
    {
        if (hosts.Find(shard.Value) is { } host)
        {
            try
            {
                if (!await host.CallAsync(machine => new LiveShard(machine).Of(entry).HasPassed(sequence), CancellationToken.None))
                    return false;
                // A restart, or another node, goes on from what is saved, which may be behind.
                await host.SaveAsync();
                return true;
            }
            catch (StoreUnavailableException)
            {
                // It has left this node, and perhaps without saving.
            }
        }
        return (await PeekAsync(shard, CancellationToken.None)).Of(entry).HasPassed(sequence);
    }

    private async ValueTask<IShardLook> PeekAsync(ShardId shard, CancellationToken cancel) =>
        new SavedShard(shard, SavedProgress.Of((await store.PeekAsync(shard, cancel)).Records));
}
