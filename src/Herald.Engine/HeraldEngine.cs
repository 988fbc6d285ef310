using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Looking;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine;

/// <summary>What a node is made of. The roles may be one object.</summary>
public sealed record EngineParts(
    IEventLog Log, IShardStore Shards, IStateReader State, ICatalogStore Catalog, IDeadLetterStore DeadLetters, IOwnership Ownership,
    IReadOnlyList<IChannel> Channels, TimeProvider Time, Random Random, ILoggerFactory Logging);

/// <summary>One running node's engine. The store stays the caller's: it is closed after the engine has stopped.</summary>
public sealed class HeraldEngine : IAsyncDisposable
{
    public static ValueTask<HeraldEngine> StartAsync(EngineParts parts, EngineOptions options, CancellationToken cancel) => throw new InvalidOperationException();

    public Intake Intake => throw new InvalidOperationException();
    public Catalog Catalog => throw new InvalidOperationException();
    public Inspector Inspector => throw new InvalidOperationException();
    public DeadLetterDesk DeadLetters => throw new InvalidOperationException();

    /// <summary>Sends one signed test event to the subscription's endpoint, outside of order and log, and tells how it went.</summary>
    public ValueTask<AttemptResult?> TestAsync(string subscriptionId, CancellationToken cancel) => throw new InvalidOperationException();

    /// <summary>Ends with the reason when the engine cannot go on (the store has failed); the host ends the process.</summary>
    public Task Failed => throw new InvalidOperationException();

    /// <summary>Takes no more, lets attempts in flight end within the grace time, commits, ends.</summary>
    public ValueTask DisposeAsync() => throw new InvalidOperationException();
}
