using Herald.Engine.Stores;
using Herald.Hosting.Metrics;

namespace Herald.Hosting.Modules;

/// <summary>The opened store of a server, independent of its kind.</summary>
public sealed record OpenStore : IAsyncDisposable
{
    public required IEventLog Log { get; init; }
    public required ISourcePositions Positions { get; init; }
    public required IShardStore Shards { get; init; }
    public required IStateReader State { get; init; }
    public required ICatalogStore Catalog { get; init; }
    public required IDeadLetterStore DeadLetters { get; init; }
    public required IOwnership Ownership { get; init; }

    /// <summary>
    /// Completes with the reason when the store has failed and the process must end. The default never completes, for a store that recovers
    /// by itself.
    /// </summary>
    public Task<Exception> Failed { get; init; } = new TaskCompletionSource<Exception>().Task;

    public required Action<PrometheusText> WriteMetrics { get; init; }

    /// <summary>Problems that prevent some of the work while the rest continues, in sentences.</summary>
    public Func<IReadOnlyList<string>> Troubles { get; init; } = () => [];

    /// <summary>Why no work is possible at present, in one sentence; null while the store answers.</summary>
    public Func<string?> Outage { get; init; } = () => null;

    /// <summary>Copies the store into a directory; null where the database has its own means of backup.</summary>
    public Func<string, CancellationToken, Task>? Backup { get; init; }

    /// <summary>How to back up a store without <see cref="Backup"/>, in sentences.</summary>
    public string OwnBackup { get; init; } = "The store cannot be copied while it runs.";

    public required IAsyncDisposable Owner { get; init; }

    public ValueTask DisposeAsync() => Owner.DisposeAsync();
}
