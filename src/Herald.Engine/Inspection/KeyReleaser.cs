using Herald.Engine.Catalogs;
using Herald.Engine.Ownership;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>Releases held keys, in shards of this node and of other nodes.</summary>
internal sealed class KeyReleaser(Catalog catalog, ShardHosts hosts, ShardViews looks, TimeProvider time)
{
    // Ten seconds in all. A running owner follows the catalog and saves much sooner.
    private const int OrdersAtMost = 10, LooksPerOrder = 5;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>Completes when the release is durable, so the caller need not check again.</summary>
    /// <returns>False when no such key is held, or another operator released it before its event could be discarded.</returns>
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
                // The shard left this node after the look-up and may not have saved the order. The key is then still held at the next
                // owner, which receives the order below.
            }
        }
        if (await OrderAsync(entry, order, cancel))
            return true;
        // The next owner does not hold the key: perhaps it begins where the key was not held yet, and knows nothing of the order. It tries a
        // released key anyway, but it must not try a discarded event.
        if (isDone && order.Discard && await looks.IsUnsettledAsync(order.Shard, entry, order.Sequence, cancel))
        {
            throw new StoreUnavailableException(
                $"The owner of shard {order.Shard} has changed before the event was discarded. List the blocked keys, and try again.");
        }
        return isDone;
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
                    // For a shard of this node, the check above read the live state, not the saved progress. So save before the answer.
                    if (hosts.Find(order.Shard.Value) is { } host)
                        await host.SaveAsync().AsTask().WaitAsync(cancel);
                    // Another operator can have released the key first. Then its event is tried again, and was not discarded.
                    return !order.Discard || !await looks.IsUnsettledAsync(order.Shard, entry, order.Sequence, cancel);
                }
                await Task.Delay(BetweenLooks, time, cancel);
            }
        }
        throw new StoreUnavailableException(
            $"The owner of shard {order.Shard} has not released the key yet, or the key is held "
                + "again. List the blocked keys, and try again.");
    }

    private ValueTask<bool> IsHeldAsync(SubscriptionEntry entry, ReleaseOrder order, CancellationToken cancel) => looks.AskAsync(
        order.Shard,
        look => look.Of(entry).BlockedHeads().Any(head => head.Status == DeliveryStatus.Held && head.Sequence == order.Sequence),
        cancel);
}
