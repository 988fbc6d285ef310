using Herald.Engine;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Microsoft.Extensions.Logging;

namespace Herald.Orders.Activity;

/// <summary>
/// Follows the logs of all shards, this node's and others', and remembers which customers have had events and which handlers have shown
/// that they live. It begins with the first handler that registers itself, and costs nothing before.
/// </summary>
internal sealed class CustomerWatch(HeraldEngine engine, Heartbeats heartbeats, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Customers, and handlers, that are remembered. About 120 bytes each.</summary>
    public const int MostCustomers = 200_000;

    /// <summary>Twice as many pairs of a customer and a state are known without reading an event again. About 60 bytes each.</summary>
    private const int MostRoutes = 500_000;

    private readonly CustomerMemory _memory = new(MostCustomers);
    private readonly SemaphoreSlim _starting = new(1);
    private volatile Run? _run;

    public CustomerMemory Memory => _memory;

    /// <summary>The customers' topic with its subscriptions, once the watch runs.</summary>
    public HeldTopic Topic => Now.Topic;

    /// <summary>Handlers with an epoch up to this were registered before this node began to watch, at <see cref="BeganAt"/>.</summary>
    public long BeganVersion => Now.Version;

    public long BeganAt => Now.At;

    private Run Now => _run ?? throw new InvalidOperationException("The watch has not begun.");

    /// <summary>Complete when all events of so long ago have been seen, as far as they are still kept.</summary>
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
        await Now.Follower.CaughtUp.WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_run is { } run)
            await run.DisposeAsync();
        _starting.Dispose();
    }

    // A topic that was deleted and made again is another one.
    private async ValueTask<bool> IsGoodAsync(Run? run, TimeSpan lookBack, CancellationToken cancel) =>
        run is not null && run.LookBack >= lookBack && !run.Follower.HasFailed
        && (await engine.Catalog.FindTopicAsync(OrderEvents.Topic, cancel))?.Number == run.Topic.Topic.Number
        && (await heartbeats.FindTopicAsync(cancel))?.Number == run.HandlersTopic;

    private async ValueTask BeginAsync(TimeSpan lookBack, CancellationToken cancel)
    {
        var events = await engine.Catalog.FindTopicAsync(OrderEvents.Topic, cancel)
            ?? (await engine.Catalog.PutTopicAsync(OrderEvents.Topic, cancel)).Value ?? throw new StoreUnavailableException($"The topic '{OrderEvents.Topic}' was deleted while it was made.");
        var handlers = await heartbeats.MakeTopicAsync(cancel);
        await engine.Catalog.CatchUpAsync(cancel);
        var held = await engine.Catalog.HoldAsync(events, cancel);
        // Who was registered when this node first looked has been given its time since then, however often the watch begins again.
        var before = _run;
        var run = new Run(held, handlers.Number, lookBack, before?.Version ?? held.Version, before?.At ?? time.GetTimestamp());
        run.Names = new RouteNames(engine.Log, MostRoutes);
        run.Follower = new LogFollower(engine.Log, (shard, entries, isNew, stop) => TakeAsync(run, shard, entries, isNew, stop), time, logger);
        try
        {
            await run.Follower.StartAsync(time.GetUtcNow() - lookBack, cancel);
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
        run.Following = run.Follower.RunAsync(run.Stop.Token);
        _run = run;
        if (before is not null)
            await before.DisposeAsync();
    }

    private async ValueTask TakeAsync(Run run, ShardId shard, ReadOnlyMemory<IndexEntry> entries, bool isNew, CancellationToken cancel)
    {
        await run.Names.LearnAsync(shard, entries, IsWanted, cancel);
        var (now, nowMs) = (time.GetTimestamp(), time.GetUtcNow().ToUnixTimeMilliseconds());
        foreach (var entry in entries.Span)
        {
            if (!IsWanted(entry) || !run.Names.TryFind(entry.RouteHash, out var name) || name.Customer is not { } customer)
                continue;
            if (entry.Topic == run.HandlersTopic)
            {
                // A sign of life from before says nothing of now; whoever is registered is given a window from the start.
                if (isNew)
                    _memory.Heard(customer, name.Epoch, now);
                continue;
            }
            // Of what was there before, the age is all there is to go by; a clock that is wrong makes it younger or older, never new.
            var age = isNew ? 0 : Math.Max(0, nowMs - entry.AcceptedAtMs);
            _memory.Saw(customer, new(shard, entry.Sequence), now - (age * time.TimestampFrequency / 1000));
        }

        bool IsWanted(IndexEntry entry) =>
            (entry.Topic == run.Topic.Topic.Number || entry.Topic == run.HandlersTopic) && (entry.Flags & (EventFlags.Addressed | EventFlags.Rejected)) == 0;
    }

    private sealed class Run(HeldTopic topic, int handlersTopic, TimeSpan lookBack, long version, long at) : IAsyncDisposable
    {
        public HeldTopic Topic { get; } = topic;
        public int HandlersTopic { get; } = handlersTopic;
        public TimeSpan LookBack { get; } = lookBack;
        public long Version { get; } = version;
        public long At { get; } = at;
        public RouteNames Names { get; set; } = null!;
        public CancellationTokenSource Stop { get; } = new();
        public LogFollower Follower { get; set; } = null!;
        public Task Following { get; set; } = Task.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            await Stop.CancelAsync();
            await Following;
            Follower.Dispose();
            Topic.Dispose();
            Stop.Dispose();
        }
    }
}
