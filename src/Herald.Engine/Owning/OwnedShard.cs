using Herald.Engine.Shards;
using Herald.Engine.Stores;

namespace Herald.Engine.Owning;

/// <summary>A shard under one epoch of this node's: from the answer that brought the lease until its host has ended.</summary>
internal sealed class OwnedShard(Lease lease, LeaseTerm term, ShardHost host) : IAsyncDisposable
{
    public Lease Lease => lease;
    public LeaseTerm Term => term;
    public ShardHost Host => host;

    /// <summary>It takes no more, and is released when what it has done is saved: no answer of the store brings it back.</summary>
    public bool IsStopping { get; set; }

    /// <summary>The store has said that it is another's: nothing of it is saved any more.</summary>
    public bool IsLost { get; set; }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        term.Dispose();
    }
}
