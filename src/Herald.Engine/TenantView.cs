using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Inspection;

namespace Herald.Engine;

/// <summary>
/// What one tenant sees of the engine: its topics, subscriptions, deliveries and dead letters, under its own names. A front makes one for
/// each request and passes the tenant nowhere else.
/// </summary>
public sealed class TenantView
{
    private readonly HeraldEngine _engine;

    internal TenantView(HeraldEngine engine, Catalog catalog, Inspector inspector, DeadLetterActions deadLetters) =>
        (_engine, Catalog, Inspector, DeadLetters) = (engine, catalog, inspector, deadLetters);

    public Catalog Catalog { get; }
    public Inspector Inspector { get; }
    public DeadLetterActions DeadLetters { get; }

    /// <inheritdoc cref="HeraldEngine.By"/>
    public TenantView By(string caller) => _engine.ViewOf(Catalog.By(caller));

    /// <inheritdoc cref="HeraldEngine.TestAsync(string, CancellationToken)"/>
    public ValueTask<AttemptResult?> TestAsync(string subscriptionId, CancellationToken cancel) =>
        _engine.TestAsync(Catalog, subscriptionId, cancel);

    /// <inheritdoc cref="HeraldEngine.ReleaseAsync(string, int, long, bool, CancellationToken)"/>
    public ValueTask<bool> ReleaseAsync(string subscriptionId, int shard, long sequence, bool discard, CancellationToken cancel) =>
        _engine.ReleaseAsync(Catalog, subscriptionId, shard, sequence, discard, cancel);
}
