using Herald.Engine.Events;
using Herald.Engine.Ownership;
using Herald.Engine.Progress;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>
/// Queries any shard: for a shard of this node its present state, for any other what its owner has saved. Changes nothing.
/// </summary>
internal sealed class ShardViews(IEventLog log, IShardStore store, ShardHosts hosts)
{
    private static readonly TimeSpan LongestSave = TimeSpan.FromSeconds(2);

    public int ShardCount => log.ShardCount;

    /// <param name="ask">
    /// Must compute a complete answer that keeps no reference to the shard. It may run inside the shard's loop, and it may run twice.
    /// </param>
    public async ValueTask<T> AskAsync<T>(ShardId shard, Func<IShardView, T> ask, CancellationToken cancel)
    {
        // One request can query many shards, and not every store checks the token.
        cancel.ThrowIfCancellationRequested();
        if (hosts.Find(shard.Value) is { } host)
        {
            try
            {
                return await host.CallAsync(machine => ask(new LiveShard(machine)), cancel);
            }
            catch (StoreUnavailableException)
            {
                // The shard left this node after the look-up.
            }
        }
        return ask(await PeekAsync(shard, cancel));
    }

    /// <summary>Whether the shard will never route events up to the sequence again, even after a restart or on another node.</summary>
    public async ValueTask<bool> HasPassedAsync(ShardId shard, SubscriptionEntry entry, long sequence)
    {
        if (hosts.Find(shard.Value) is { } host)
        {
            try
            {
                if (!await host.CallAsync(machine => new LiveShard(machine).Of(entry).HasPassed(sequence), CancellationToken.None))
                    return false;
                // After a restart, or on another node, the shard goes on from its saved progress, which may be behind. So save first.
                await host.SaveAsync();
                return true;
            }
            catch (StoreUnavailableException)
            {
                // The shard left this node, perhaps without saving.
            }
        }
        return (await PeekAsync(shard, CancellationToken.None)).Of(entry).HasPassed(sequence);
    }

    /// <summary>
    /// Saves what the shard has done, if it runs on this node and the store takes it soon. On another node, what its owner has saved is all
    /// that can be read.
    /// </summary>
    public async ValueTask SaveSoonAsync(ShardId shard, TimeProvider time, CancellationToken cancel)
    {
        if (hosts.Find(shard.Value) is not { } host)
            return;
        try
        {
            await host.SaveAsync().AsTask().WaitAsync(LongestSave, time, cancel);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or TimeoutException)
        {
            // The shard left this node, or the store is away.
        }
    }

    /// <summary>Whether the delivery of a kept event that matches the filter is not settled yet.</summary>
    public async ValueTask<bool> IsUnsettledAsync(ShardId shard, SubscriptionEntry entry, long sequence, CancellationToken cancel)
    {
        var one = new IndexEntry[1];
        if ((await log.ReadIndexAsync(shard, sequence, one, cancel)).Count == 0 || one[0].Sequence != sequence)
            return false;
        return await AskAsync(shard, look => look.Of(entry).Find(one[0]) is not null, cancel);
    }

    private async ValueTask<IShardView> PeekAsync(ShardId shard, CancellationToken cancel) =>
        new SavedShard(shard, SavedProgress.Of((await store.PeekAsync(shard, cancel)).Records));
}
