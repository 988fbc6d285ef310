using Herald.Engine;
using Herald.Engine.Stores;
using Herald.Hosting.Modules;
using Herald.Orders.Activity;
using Herald.Orders.Metrics;
using Herald.Orders.Registrations;
using Herald.Orders.Webhooks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Herald.Orders.Hosting;

/// <summary>The running orders application: the webhooks of customers, and the watch over handlers that register themselves.</summary>
internal sealed class OrdersPart(TimeProvider time, ILoggerFactory logging) : IServerPart, IAsyncDisposable
{
    private static readonly TimeSpan AtStart = RegistrationRules.DefaultWindow;

    private readonly ILogger _logger = logging.CreateLogger("Herald.Orders");
    private readonly CancellationTokenSource _stop = new();
    private HeraldEngine? _engine;
    private CustomerWatch? _watch;
    private OrdersMetrics? _metrics;
    private RegistrationDesk? _desk;
    private Task _running = Task.CompletedTask;

    public async ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
    {
        _engine = engine;
        await engine.Catalog.EnsureTopicAsync(OrderEvents.Topic, cancel);
        var heartbeats = new Heartbeats(engine);
        _watch = new CustomerWatch(engine, heartbeats, time, _logger);
        var taking = new TakingWatch(engine, _watch.Memory, time, _logger);
        var candidates = new CandidateList(engine, _watch, taking, time);
        _metrics = new OrdersMetrics(() => _watch.Memory.Count);
        _desk = new RegistrationDesk(engine, _watch, candidates, taking, heartbeats, _metrics);
        var watching = await heartbeats.FindTopicAsync(cancel) is null ? Task.CompletedTask : BeginQuietlyAsync(_watch);
        _running = Task.WhenAll(watching, taking.RunAsync(() => candidates.LastRegistrations, candidates.Lives, _stop.Token));
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        new WebhookEndpoints(_engine!.Catalog).Map(routes);
        new RegistrationEndpoints(_desk!).Map(routes);
    }

    public async ValueTask DisposeAsync()
    {
        // The container disposes a part once for each of its two service types.
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        await _running;
        if (_watch is not null)
            await _watch.DisposeAsync();
        _desk?.Dispose();
        _metrics?.Dispose();
        _stop.Dispose();
    }

    // Handlers can be registered already. The watch starts now, so that it learns which of them live before the next one registers.
    private async Task BeginQuietlyAsync(CustomerWatch watch)
    {
        try
        {
            await watch.EnsureAsync(AtStart, _stop.Token);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or OperationCanceledException)
        {
            _logger.LogInformation(
                "The watch over handlers has not started ({Reason}). It starts with the next handler that registers; until then no "
                + "customer is taken over.", failure.Message);
        }
    }
}
