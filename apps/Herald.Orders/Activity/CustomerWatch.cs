using Herald.Engine;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Orders.Activity;

/// <summary>
/// Follows the logs of all shards, also those of other nodes. It records which customers have had events and which handlers have shown
/// signs of life.
/// </summary>
/// <remarks>It starts with the first handler that registers, and costs nothing before that.</remarks>
internal sealed class CustomerWatch(HeraldEngine engine, Heartbeats heartbeats, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Maximum of customers, and of handlers, in memory. About 120 bytes each.</summary>
    public const int MostCustomers = 200_000;

    /// <summary>
    /// Up to twice as many pairs of a customer and a state are remembered without reading an event again. About 60 bytes each.
    /// </summary>
    private const int MostRoutes = 500_000;

    private readonly RecentActivity _memory = new(MostCustomers);
    private readonly SemaphoreSlim _starting = new(1);
    private volatile Run? _run;

    public RecentActivity Memory => _memory;

    /// <summary>The customers' topic with its subscriptions, once the watch has started.</summary>
    public HeldTopic Topic => Now.Topic;

    /// <summary>
    /// Handlers with an epoch up to this one were registered before this node started to watch, at <see cref="BeganAt"/>.
    /// </summary>
    public long BeganVersion => Now.Version;

    public long BeganAt => Now.At;

    private Run Now => _run ?? throw new InvalidOperationException("The watch over handlers has not started.");

    /// <summary>Completes when all events of the given past have been seen, as far as they are still kept.</summary>
    public async ValueTask EnsureAsync(TimeSpan lookBack, CancellationToken cancel)
    {
        if (!await IsGoodAsync(_run, lookBack, cancel))
        {
            await _starting.WaitAsync(cancel);
            try
            {
                if (!await IsGoodAsync(_run, lookBack, cancel))
                    await BeginAsync(lookBack, cancel);
            }
            finally
            {
                _starting.Release();
            }
        }
        await Now.Logs.CaughtUp.WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_run is { } run)
            await run.DisposeAsync();
        _starting.Dispose();
    }

    // A topic that was deleted and created again is a different topic.
    private async ValueTask<bool> IsGoodAsync(Run? run, TimeSpan lookBack, CancellationToken cancel) =>
        run is not null && run.LookBack >= lookBack && !run.Logs.HasFailed
        && (await engine.Catalog.FindTopicAsync(OrderEvents.Topic, cancel))?.Number == run.Topic.Topic.Number
        && (await heartbeats.FindTopicAsync(cancel))?.Number == run.HandlersTopic;

    private async ValueTask BeginAsync(TimeSpan lookBack, CancellationToken cancel)
    {
        var events = await engine.Catalog.EnsureTopicAsync(OrderEvents.Topic, cancel);
        var handlers = await heartbeats.MakeTopicAsync(cancel);
        await engine.Catalog.CatchUpAsync(cancel);
        var held = await engine.Catalog.HoldAsync(events, cancel);
        // The time to show a sign of life counts from the first start of the watch on this node, however often it starts again.
        var before = _run;
        var run = new Run(held, handlers.Number, lookBack, before?.Version ?? held.Version, before?.At ?? time.GetTimestamp());
        run.Meanings = new RouteMeanings(engine.Log, MostRoutes);
        run.Logs = new LogWatch(engine.Log, (piece, stop) => TakeAsync(run, piece, stop), time, logger);
        try
        {
            await run.Logs.StartAsync(time.GetUtcNow() - lookBack, cancel);
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
        run.Following = run.Logs.RunAsync(run.Stop.Token);
        _run = run;
        if (before is not null)
            await before.DisposeAsync();
    }

    private async ValueTask TakeAsync(Run run, LogPiece piece, CancellationToken cancel)
    {
        await run.Meanings.LearnAsync(piece.Shard, piece.Entries, IsWanted, cancel);
        var (now, nowMs) = (time.GetTimestamp(), time.GetUtcNow().ToUnixTimeMilliseconds());
        foreach (var entry in piece.Entries.Span)
        {
            if (!IsWanted(entry) || !run.Meanings.TryFind(entry.RouteHash, out var meaning) || meaning.Customer is not { } customer)
                continue;
            if (entry.Topic == run.HandlersTopic)
            {
                // An earlier sign of life does not show that the handler lives now. Every registered handler gets one window from the
                // start.
                if (piece.IsNew)
                    _memory.Heard(customer, meaning.Epoch, now);
                continue;
            }
            // For earlier events only the age is available. A wrong clock makes them look younger or older, but never new.
            var age = piece.IsNew ? 0 : Math.Max(0, nowMs - entry.AcceptedAtMs);
            _memory.Saw(customer, new(piece.Shard, entry.Sequence), now - (age * time.TimestampFrequency / 1000));
        }

        bool IsWanted(IndexEntry entry) =>
            (entry.Topic == run.Topic.Topic.Number || entry.Topic == run.HandlersTopic)
                && (entry.Flags & (EventFlags.Addressed | EventFlags.Rejected)) == 0;
    }

    private sealed class Run(HeldTopic topic, int handlersTopic, TimeSpan lookBack, long version, long at) : IAsyncDisposable
    {
        public HeldTopic Topic { get; } = topic;
        public int HandlersTopic { get; } = handlersTopic;
        public TimeSpan LookBack { get; } = lookBack;
        public long Version { get; } = version;
        public long At { get; } = at;
        public RouteMeanings Meanings { get; set; } = null!;
        public CancellationTokenSource Stop { get; } = new();
        public LogWatch Logs { get; set; } = null!;
        public Task Following { get; set; } = Task.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            await Stop.CancelAsync();
            await Following;
            Logs.Dispose();
            Topic.Dispose();
            Stop.Dispose();
        }
    }
}
