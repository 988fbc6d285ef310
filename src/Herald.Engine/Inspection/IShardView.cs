using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>
/// A view of a shard. It is the same whether the shard runs on this node or is read from what its owner elsewhere has saved. Valid during
/// the query only.
/// </summary>
internal interface IShardView
{
    SubscriptionView Of(SubscriptionEntry entry);
}
