using Herald.Engine.Stores;

namespace Herald.Contracts.Stores;

/// <summary>One store under test, empty at first.</summary>
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

    /// <summary>Ends the store and starts another over what it left. Owners of before are stale then.</summary>
    public abstract ValueTask ReopenAsync();

    /// <summary>Makes of an event's record what was never written, where it is stored, so that the store can tell; then reopens the store.</summary>
    public abstract ValueTask DamageAsync(ShardId shard, long sequence);

    /// <summary>Time passes, and everything that retention may free by then has been freed.</summary>
    public abstract ValueTask FreeAsync();

    public abstract ValueTask DisposeAsync();
}
