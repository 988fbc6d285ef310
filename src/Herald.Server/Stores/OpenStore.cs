using Herald.Engine.Stores;
using Herald.Server.Metrics;

namespace Herald.Server.Stores;

/// <summary>The store a server stands on, whichever it is.</summary>
internal sealed record OpenStore : IAsyncDisposable
{
    public required IEventLog Log { get; init; }
    public required IShardStore Shards { get; init; }
    public required IStateReader State { get; init; }
    public required ICatalogStore Catalog { get; init; }
    public required IDeadLetterStore DeadLetters { get; init; }
    public required IOwnership Ownership { get; init; }

    /// <summary>Ends with the reason when the process has to end with the store; never, for one that comes back by itself.</summary>
    public required Task<Exception> Failed { get; init; }

    public required Action<PrometheusText> WriteMetrics { get; init; }

    /// <summary>What keeps some of the work from being done while the rest goes on, in sentences.</summary>
    public Func<IReadOnlyList<string>> Troubles { get; init; } = () => [];

    /// <summary>Null where the database has means of its own.</summary>
    public Func<string, CancellationToken, Task>? Backup { get; init; }

    public required IAsyncDisposable Owner { get; init; }

    public ValueTask DisposeAsync() => Owner.DisposeAsync();
}
