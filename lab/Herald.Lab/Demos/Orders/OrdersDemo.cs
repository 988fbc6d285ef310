using Herald.Brokers;
using Herald.Client;
using Herald.Hosting.Commands;
using Herald.Lab.Catchers;
using Herald.Lab.Ledgers;
using Herald.Lab.Orders;
using Herald.Lab.Processes;
using Herald.Lab.Scenarios;
using Herald.LocalServers.Brokers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Lab.Demos.Orders;

/// <summary>
/// The demo of the orders application: (1) a server, and a Kafka on request, (2) handlers, one more than there are customers, each of which
/// registers for a customer, (3) the load; after a third of it one handler is killed, and the idle one takes its customer over, (4) the
/// drain, (5) the verdict.
/// </summary>
internal sealed class OrdersDemo(DemoOptions options, Entrance via, Terminal terminal, TimeProvider time) : IAsyncDisposable
{
    private const int Customers = 4, LeastAccepted = 1000, Seed = 1, Judged = 0, ShownMissing = 5;

    /// <summary>A handler without a heartbeat for this long is regarded as dead.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly ReceiptLedger _ledger = new(1);
    private readonly List<OrdersDemoHandler> _handlers = [];

    public async Task<ExitCode> RunAsync(CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("herald-demo-");
        try
        {
            // 1. The server, and the Kafka that it reads from.
            await using var kafka = via == Entrance.Kafka ? await ScenarioKafka.StartAsync(null, time, cancel) : null;
            await using var server = await ServerProcess.StartAsync(
                ["--data", directory.FullName, "--listen", "127.0.0.1:0", .. kafka?.Settings ?? []], time, cancel, ServerProcess.Orders);
            using var client = new HeraldClient(server.Address, null);
            await using IOrderSink sink = kafka is null
                ? new HttpOrderSink(() => client, options.Drain, time)
                : new KafkaOrderSink(kafka.Place, options.Drain, time, NullLoggerFactory.Instance);
            return await RunAsync(server, client, sink, cancel);
        }
        catch (Exception failure) when (failure is ChildProcessException or LocalKafkaException or BrokerSetupException or DemoLoadException or HttpRequestException)
        {
            return terminal.Fail(ExitCode.Failed, failure.Message);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return terminal.Fail(ExitCode.Interrupted, "Stopped.");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var handler in _handlers)
            await handler.DisposeAsync();
    }

    private async Task<ExitCode> RunAsync(ServerProcess server, HeraldClient client, IOrderSink sink, CancellationToken cancel)
    {
        // 2. Handlers. One of them answers a third of its requests with a delay or a 500, which must not affect the others.
        for (var number = 1; number <= Customers + 1; number++)
        {
            var handler = new OrdersDemoHandler(number, number == 2 ? Mode.Nightmare : Mode.None, Caught, time);
            _handlers.Add(handler);
            await handler.StartAsync(client, Window, cancel);
        }

        // 3. and 4. Load and drain, with a display.
        var story = new OrderGenerator(Customers, Math.Max(1, options.Keys / Customers), Seed, time);
        var phase = new DemoPhase(time, options, sink.Place);
        using var showing = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var display = options.Json
            ? Task.CompletedTask
            : new OrdersDemoDisplay(_ledger, _handlers, story.Customers, phase, terminal, time).RunAsync(options.Plain, showing.Token);
        OrdersDemoHandler killed;
        try
        {
            var producing = new Producer(story, sink, Settled, time).RunAsync(
                options.Rate, (long)(options.Rate * options.Load.TotalSeconds), cancel);
            killed = await KillOneAsync(cancel);
            await producing;
            phase.BeginDrain();
            await DrainAsync(server, cancel);
            phase.End();
        }
        finally
        {
            await showing.CancelAsync();
            await display;
        }

        // 5. The verdict.
        var (isWell, remark) = Judge(killed);
        return DemoVerdict.Print(terminal, _ledger.Judge(Judged), 1, isWell, LeastAccepted, remark is null ? [] : [remark]);
    }

    /// <summary>Kills a handler that has a customer, after a third of the load. On a busy machine it waits until there is one.</summary>
    private async Task<OrdersDemoHandler> KillOneAsync(CancellationToken cancel)
    {
        await Task.Delay(options.Load / 3, time, cancel);
        var began = time.GetTimestamp();
        while (true)
        {
            if (_handlers.Find(handler => handler is { Customer: not null, Mode: Mode.None }) is { } killed)
            {
                await killed.KillAsync();
                return killed;
            }
            var refusal = _handlers.Where(handler => handler.Registering.IsCompletedSuccessfully)
                .Select(handler => handler.Registering.Result).FirstOrDefault(reply => reply is not null);
            if (refusal is not null || time.GetElapsedTime(began) > options.Drain)
                throw new DemoLoadException($"No handler has a customer yet. {refusal?.Text}");
            await Task.Delay(LookEvery, time, cancel);
        }
    }

    private async Task DrainAsync(ServerProcess server, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (_ledger.Judge(Judged).Lost > 0 && time.GetElapsedTime(began) < options.Drain && !server.HasExited)
            await Task.Delay(LookEvery, time, cancel);
    }

    /// <summary>The customer of the killed handler has another handler, and all signatures were valid. Anything else is printed.</summary>
    private (bool IsWell, string? Remark) Judge(OrdersDemoHandler killed)
    {
        foreach (var (order, number) in _ledger.Missing(Judged, ShownMissing))
            terminal.Error.WriteLine($"Not received: order {order}, change {number - 1}.");
        var successor = _handlers.Find(handler => !handler.IsKilled && handler.Customer == killed.Customer);
        if (successor is null)
            terminal.Error.WriteLine($"Handler {killed.Number} was killed, and no other handler has taken over its customer.");
        var refused = _handlers.Sum(handler => handler.Counts.Refused);
        if (refused > 0)
            terminal.Error.WriteLine($"Handlers refused {refused} requests because of a wrong signature.");
        var remark = successor is null ? null : $"Handler {killed.Number} was killed, and handler {successor.Number} took over its customer.";
        return (successor is not null && refused == 0, remark);
    }

    private void Settled(IReadOnlyList<OrderMessage> batch, OrderSinkResult result)
    {
        if (result.Problem is { } problem)
            throw new DemoLoadException($"A batch of {batch.Count} events was not accepted: {problem}");
        // The ledger counts from 1.
        foreach (var message in batch)
            _ledger.Accepted(message.OrderId.ToString(), message.SequenceNumber + 1);
    }

    private void Caught(Catch one)
    {
        if (!one.Answer.Fails && one.Order is { } order)
            _ledger.Received(Judged, order.OrderId.ToString(), order.SequenceNumber + 1, one.Webhook.Id);
    }
}
