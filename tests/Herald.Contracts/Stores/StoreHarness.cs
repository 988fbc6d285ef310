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

    public abstract ValueTask DisposeAsync();
}
