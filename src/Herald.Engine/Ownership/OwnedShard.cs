using Herald.Engine.Leases;
using Herald.Engine.Shards;
using Herald.Engine.Stores;

namespace Herald.Engine.Ownership;

/// <summary>A shard that this node owns under one epoch, from the answer that brought the lease until its host has ended.</summary>
internal sealed class OwnedShard(Lease lease, LeaseTerm term, ShardHost host) : IAsyncDisposable
{
    public Lease Lease => lease;
    public LeaseTerm Term => term;
    public ShardHost Host => host;

    /// <summary>It starts nothing more and is released when its work is saved. No answer of the store changes that.</summary>
    public bool IsStopping { get; set; }

    /// <summary>The store has reported another owner: nothing more of it is saved.</summary>
    public bool IsLost { get; set; }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        term.Dispose();
    }
}
