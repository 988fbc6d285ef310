using Herald.Engine.Catalogs;
using Herald.Engine.Looking;
using Herald.Engine.Stores;

namespace Herald.Engine.Owning;

/// <summary>Lets held keys go on, in shards of this node and of others.</summary>
internal sealed class KeyReleaser(Catalog catalog, ShardHosts hosts, ShardLooks looks, TimeProvider time)
{
    // An owner that lives has followed the catalog, and saved, long before.
    private const int OrdersAtMost = 10, LooksPerOrder = 5;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>Ends when the order is durable: who has its answer need not look again.</summary>
    /// <returns>False when nothing is held there.</returns>
    public async ValueTask<bool> ReleaseAsync(SubscriptionEntry entry, ReleaseOrder order, CancellationToken cancel)
    {
        var isDone = false;
        if (hosts.Find(order.Shard.Value) is { } host)
        {
            try
            {
                (isDone, var saved) = await host.ReleaseAsync(order, cancel);
                await saved.WaitAsync(cancel);
                return isDone;
            }
            catch (StoreUnavailableException)
            {
                // It has left this node since it was looked up, and may not have saved the order: then the key is held at its next owner,
                // which is told.
            }
        }
        return await OrderAsync(entry, order, cancel) || isDone;
    }

    private async ValueTask<bool> OrderAsync(SubscriptionEntry entry, ReleaseOrder order, CancellationToken cancel)
    {
        if (!await IsHeldAsync(entry, order, cancel))
            return false;
        for (var given = 0; given < OrdersAtMost; given++)
        {
            await catalog.OrderAsync(order, cancel);
            for (var looked = 0; looked < LooksPerOrder; looked++)
            {
                if (!await IsHeldAsync(entry, order, cancel))
                {
                    // Of a shard of this node that was no look at what is saved.
                    if (hosts.Find(order.Shard.Value) is { } host)
                        await host.SaveAsync().AsTask().WaitAsync(cancel);
                    return true;
                }
                await Task.Delay(BetweenLooks, time, cancel);
            }
        }
        throw new StoreUnavailableException($"The owner of shard {order.Shard} has not followed the order yet, or the key is held again: look, and try again.");
    }

    private ValueTask<bool> IsHeldAsync(SubscriptionEntry entry, ReleaseOrder order, CancellationToken cancel) => looks.AskAsync(
        order.Shard,
        look => look.Of(entry).BlockedHeads().Any(head => head.Status == DeliveryStatus.Held && head.Sequence == order.Sequence),
        cancel);
}
