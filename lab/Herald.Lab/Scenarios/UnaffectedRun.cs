using Herald.Brokers;
using Herald.Hosting.Commands;
using Herald.Lab.Catchers;
using Herald.Lab.Ledgers;
using Herald.Lab.Orders;
using Herald.Lab.Processes;
using Herald.LocalServers.Brokers;
using Herald.LocalServers.Databases;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Lab.Scenarios;

/// <summary>
/// <c>herald scenario unaffected</c>: (1) the servers, (2) four handlers and the webhooks of their customers, (3) the load, through all
/// phases, (4) the drain, (5) the verdict.
/// </summary>
internal sealed class UnaffectedRun(UnaffectedOptions options, Terminal terminal, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(60), LeastWait = TimeSpan.FromMilliseconds(1);

    // The longest delay, plus what timers and a busy machine add to it.
    private static readonly TimeSpan Settle = LatencyRange.Usual.Most + TimeSpan.FromMilliseconds(500);

    private readonly ReceiptLedger _ledger = new(1);
    private readonly List<ScenarioHandler> _handlers = [];
    private readonly Dictionary<Guid, HandlerRecord> _records = [];

    // Set when the load begins, before any event arrives.
    private DateTime _began = time.GetUtcNow().UtcDateTime;

    public async Task<ExitCode> RunAsync(CancellationToken cancel)
    {
        try
        {
            // 1. Servers, and the Kafka that they read from.
            await using var kafka = options.Via == Entrance.Kafka ? await ScenarioKafka.StartAsync(options.Kafka, time, cancel) : null;
            await using var servers = await ScenarioServers.StartAsync(options, kafka?.Settings ?? [], time, cancel);

            // 2. Handlers and webhooks.
            var story = new OrderGenerator(HandlerRole.All.Count, options.OpenOrders, options.Seed, time);
            await SubscribeAsync(story, servers, cancel);

            // 3. and 4. The load and the drain, with a display.
            await using var sink = await OpenSinkAsync(kafka, servers, cancel);
            using var showing = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var display = new UnaffectedDisplay(_handlers, options, Now, terminal, time).RunAsync(options.Plain, showing.Token);
            try
            {
                await LoadAsync(story, sink, cancel);
                await DrainAsync(cancel);
            }
            finally
            {
                await showing.CancelAsync();
                await display;
            }
        }
        catch (Exception failure) when (failure is ChildProcessException or LocalPostgresException or LocalKafkaException or BrokerSetupException or ScenarioException or HttpRequestException)
        {
            return terminal.Fail(ExitCode.Failed, failure.Message);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return terminal.Fail(ExitCode.Interrupted, "Stopped.");
        }

        // 5. The verdict.
        var figures = _handlers.ConvertAll(handler => handler.Figures());
        var criteria = UnaffectedVerdict.Judge(figures, options.Plan, _ledger.Judge(0).Lost, figures.Sum(one => one.Violations));
        await UnaffectedReport.ShowAsync(figures, criteria, options, terminal, cancel);
        return criteria.All(criterion => criterion.Holds) ? ExitCode.Ok : ExitCode.Failed;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var handler in _handlers)
            await handler.DisposeAsync();
    }

    private async Task<IOrderSink> OpenSinkAsync(ScenarioKafka? kafka, ScenarioServers servers, CancellationToken cancel)
    {
        if (kafka is null)
            return new HttpOrderSink(() => servers.Client, Drain, time);
        var sink = new KafkaOrderSink(kafka.Place, Drain, time, NullLoggerFactory.Instance);
        if (await sink.WarmUpAsync(cancel) is not { } problem)
            return sink;
        await sink.DisposeAsync();
        throw new ScenarioException(problem);
    }

    private async Task SubscribeAsync(OrderGenerator story, ScenarioServers servers, CancellationToken cancel)
    {
        foreach (var (role, customer) in HandlerRole.All.Zip(story.Customers))
        {
            var record = new HandlerRecord(role, options.Plan, Settle);
            var handler = new ScenarioHandler(
                role, _handlers.Count + 1, customer, record, Delivered, Since, options.Seed + _handlers.Count, time);
            _handlers.Add(handler);
            _records.Add(customer, record);
            await handler.StartAsync(cancel);
            var reply = await handler.SubscribeAsync(servers.Client, cancel);
            if (!reply.Succeeded)
                throw new ScenarioException(string.Join(Environment.NewLine, reply.ProblemLines()));
        }
    }

    /// <summary>Runs the load through all phases. The clock alone decides when a phase begins.</summary>
    private async Task LoadAsync(OrderGenerator story, IOrderSink sink, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _began = time.GetUtcNow().UtcDateTime;
        var producing = new Producer(story, sink, Published, time).RunAsync(
            options.Rate * HandlerRole.All.Count, long.MaxValue, over.Token);
        var playing = PlayAsync(over);
        await Task.WhenAny(producing, playing);
        await over.CancelAsync();
        try
        {
            await Task.WhenAll(producing, playing);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The current batch was cancelled at the end. Herald can have accepted it, so its events are counted when they arrive and are
            // not missed when they do not.
        }
    }

    private async Task PlayAsync(CancellationTokenSource over)
    {
        await UntilAsync(options.Plan.HellBegins, over.Token);
        Enter(Phase.Hell);
        await UntilAsync(options.Plan.HellEnds, over.Token);
        Enter(Phase.After);
        await UntilAsync(options.Plan.Whole, over.Token);
    }

    private void Enter(Phase phase) => _handlers.ForEach(handler => handler.Enter(phase));

    private async Task UntilAsync(TimeSpan at, CancellationToken cancel)
    {
        // A timer can fire early, and a mode that ended early would be judged as if it had lasted its full time.
        while (at - Now() is var wait && wait > TimeSpan.Zero)
            await Task.Delay(wait < LeastWait ? LeastWait : wait, time, cancel);
    }

    private async Task DrainAsync(CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (_ledger.Judge(0).Lost > 0 && time.GetElapsedTime(began) < Drain)
            await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancel);
    }

    private void Published(IReadOnlyList<OrderMessage> batch, OrderSinkResult result)
    {
        if (result.Problem is { } problem)
            throw new ScenarioException($"A batch of {batch.Count} events was not accepted: {problem}");
        foreach (var message in batch)
        {
            // The ledger counts from 1.
            _ledger.Accepted(message.OrderId.ToString(), message.SequenceNumber + 1);
            _records[message.CustomerId].Published(Since(message.OccurredAt));
        }
    }

    private void Delivered(Catch one)
    {
        if (one.Order is { } order)
            _ledger.Received(0, order.OrderId.ToString(), order.SequenceNumber + 1, one.Webhook.Id);
    }

    private TimeSpan Since(DateTime at) => at - _began;

    private TimeSpan Now() => Since(time.GetUtcNow().UtcDateTime);
}
