using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Contracts.Stores;

/// <summary>A lease that a store has given to a node.</summary>
public sealed record HeldLease(StoreNode Node, Lease Lease)
{
    public ShardId Shard => Lease.Shard;
    public Fence Fence => new(Lease.Shard, Lease.Epoch);
}
