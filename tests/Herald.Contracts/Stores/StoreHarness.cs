using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Contracts.Stores;

/// <summary>One store under test, empty at the beginning.</summary>
public abstract class StoreHarness : IAsyncDisposable
{
    public StoreClock Clock { get; } = new();
    public abstract IEventLog Log { get; }
    public abstract IShardStore Shards { get; }
    public abstract IStateReader State { get; }
    public abstract ICatalogStore Catalog { get; }
    public abstract IDeadLetterStore DeadLetters { get; }
    public abstract IOwnership Ownership { get; }

    public abstract ValueTask StartAsync();

    /// <summary>Closes the store and opens another one on its data. Earlier owners are stale after that.</summary>
    public abstract ValueTask ReopenAsync();

    /// <summary>
    /// Changes the stored record of an event into bytes that were never written, so that the store can notice it. Then reopens the store.
    /// </summary>
    public abstract ValueTask DamageAsync(ShardId shard, long sequence);

    /// <summary>Lets time pass until retention has freed everything that it can free.</summary>
    public abstract ValueTask FreeAsync();

    public abstract ValueTask DisposeAsync();
}
