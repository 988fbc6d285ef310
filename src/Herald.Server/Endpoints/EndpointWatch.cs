using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Modules;
using Microsoft.Extensions.Logging;

namespace Herald.Server.Endpoints;

/// <summary>
/// Tells the operator when an endpoint has been down for a minute, and when it is back: a line each. When many change at a time, only some
/// have a line of their own, and a last line counts the others.
/// </summary>
internal sealed class EndpointWatch(TimeProvider time, ILoggerFactory logging) : IServerPart, IAsyncDisposable
{
    public const int MostLines = 10;
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10), Patience = TimeSpan.FromMinutes(1);

    private readonly ILogger _log = logging.CreateLogger("Herald.Endpoints");
    private readonly CancellationTokenSource _stop = new();

    // At most one for each subscription to which this node has sent something.
    private readonly Dictionary<string, FailingEndpoint> _told = [];
    private Task _running = Task.CompletedTask;
    private bool _hasFailed;

    public ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
    {
        _running = RunAsync(engine);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(HeraldEngine engine)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                await LookAsync(engine);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task LookAsync(HeraldEngine engine)
    {
        try
        {
            TellDown(engine.FailingEndpoints(Patience));
            await TellBackAsync(engine);
            _hasFailed = false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            // What one record does to it must not silence the watch for good, nor fill the log.
            if (!_hasFailed)
                _log.LogError(failure, "The watch of the endpoints has failed. It goes on with the next look.");
            _hasFailed = true;
        }
    }

    private void TellDown(IReadOnlyList<FailingEndpoint> failing)
    {
        var lines = 0;
        foreach (var one in failing)
        {
            var isNew = !_told.TryGetValue(one.SubscriptionId, out var before) || before.EndpointRevision != one.EndpointRevision;
            _told[one.SubscriptionId] = one;
            if (isNew && ++lines <= MostLines)
                _log.LogWarning(
                    "No attempt of this node at the endpoint of subscription {Subscription} has succeeded for {Time}. The last one: "
                        + "{Reason}.",
                    one.SubscriptionId, DurationText.Format(Whole(one.For)), one.Reason);
        }
        if (lines > MostLines)
            _log.LogWarning("The same is true of {Count} more subscriptions.", lines - MostLines);
    }

    private async Task TellBackAsync(HeraldEngine engine)
    {
        var lines = 0;
        foreach (var one in _told.Values.ToList())
        {
            var state = engine.StateOf(one);
            if (state == EndpointState.Fails)
                continue;
            _told.Remove(one.SubscriptionId);
            // The node has dropped what it knew, for example with the topic. That says nothing of the endpoint.
            if (state == EndpointState.Unknown)
                continue;
            // Beyond the bound, only the number is told. So nothing is looked up.
            if (lines >= MostLines)
                lines++;
            else if (await WaitingAsync(engine, one) is { } waiting)
            {
                lines++;
                Tell(one, waiting);
            }
        }
        if (lines > MostLines)
            _log.LogInformation("The endpoints of {Count} more subscriptions work again, or have no events to get.", lines - MostLines);
    }

    private void Tell(FailingEndpoint one, long waiting) => _log.LogInformation(
        "The endpoint of subscription {Subscription} works again after {Time}. About {Waiting} events wait for it.",
        one.SubscriptionId, DurationText.Format(Whole(one.For)), waiting);

    /// <summary>Null when the subscription gets no events, or has another endpoint: then nothing is known to work again.</summary>
    private async Task<long?> WaitingAsync(HeraldEngine engine, FailingEndpoint one)
    {
        var (tenant, id) = TenantId.Split(one.SubscriptionId);
        try
        {
            var view = engine.Of(tenant);
            return await view.Catalog.FindSubscriptionAsync(id, _stop.Token) is { Status: SubscriptionStatus.Active } now
                && now.EndpointRevision == one.EndpointRevision && await view.Inspector.LagAsync(id, _stop.Token) is { } lag
                ? lag.Waiting : null;
        }
        catch (StoreUnavailableException)
        {
            // The store reports itself that it is away.
            return null;
        }
    }

    private static TimeSpan Whole(TimeSpan time) => TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds));
}
