using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Contracts.Stores;

/// <summary>One store under test, empty at the beginning.</summary>
public abstract class StoreHarness : IAsyncDisposable
{
    public StoreClock Clock { get; } = new();
    public abstract IEventLog Log { get; }
    public abstract ISourcePositions Positions { get; }
    public abstract IShardStore Shards { get; }
    public abstract IStateReader State { get; }
    public abstract ICatalogStore Catalog { get; }
    public abstract IDeadLetterStore DeadLetters { get; }
    public abstract IOwnership Ownership { get; }

    /// <summary>The node that <see cref="StartAsync"/> or <see cref="ReopenAsync"/> has opened.</summary>
    public abstract StoreNode Node { get; }

    /// <summary>Whether several nodes can use the store at the same time. Otherwise it refuses to open a second one.</summary>
    public abstract bool CanHaveMoreNodes { get; }

    /// <summary>Whether leases run out unless a node renews them.</summary>
    public abstract bool LeasesExpire { get; }

    /// <summary>Whether the store tells nodes of shards that have become free. Otherwise only a renewal finds them.</summary>
    public abstract bool TellsOfShards { get; }

    public abstract ValueTask StartAsync();

    /// <summary>Closes the store and opens another one on its data. Earlier owners are stale after that.</summary>
    public abstract ValueTask ReopenAsync();

    /// <summary>Opens another node on the same store. It is closed with the harness at the latest.</summary>
    public abstract ValueTask<StoreNode> OpenNodeAsync();

    /// <summary>
    /// Changes the stored record of an event into bytes that were never written, so that the store can notice it. Then reopens the store.
    /// </summary>
    public abstract ValueTask DamageAsync(ShardId shard, long sequence);

    /// <summary>Lets time pass until retention has freed everything that it can free.</summary>
    public abstract ValueTask FreeAsync();

    public abstract ValueTask DisposeAsync();
}
