using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Brokers;
using Herald.Hosting.Commands;
using Herald.Orders.Commands;
using Microsoft.Extensions.Logging;

namespace Herald.Lab.Orders;

/// <summary><c>herald orders produce</c></summary>
public static class ProduceCommand
{
    private const int MostOpen = 10_000_000;
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(1);

    public static Command Create(TimeProvider time)
    {
        var customers = Count("--customers", "The number of customers.", 10);
        var openOrders = Count("--open-orders", "How many open orders each customer has.", 100);
        var rate = new Option<double>("--rate")
        {
            Description = "Events per second of all customers together; 0 for no limit.",
            HelpName = "R",
            DefaultValueFactory = _ => 100,
        };
        var events = new Option<long>("--events")
        {
            Description = "How many events to publish. Default: until Ctrl-C.",
            HelpName = "N",
            DefaultValueFactory = _ => long.MaxValue,
        };
        var seed = new Option<int>("--seed")
        {
            Description = "The seed of the customers' ids: the same seed creates the same customers.",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var retryFor = Duration.Option("--retry-for",
            "How long a batch that is not accepted is sent again, with the same ids.", TimeSpan.FromMinutes(5));
        var kafka = new KafkaOptionSet("Publish to these Kafka brokers, such as 127.0.0.1:9092, instead of to Herald.");
        var command = new ClientCommand(
            "produce",
            $"Publishes changes of orders at a steady rate. Each order goes through {OrderGenerator.States} states; "
                + "then a new one replaces it.",
            "herald orders produce --customers 4 --rate 480",
            "herald orders produce --customers 1000 --open-orders 10 --rate 0 --events 100000",
            "herald orders produce --kafka 127.0.0.1:9092 --rate 1000")
        { customers, openOrders, rate, events, seed, retryFor }.Runs(async call =>
        {
            if (call.Get(rate) < 0 || call.Get(events) < 1)
                return call.Terminal.Fail(ExitCode.BadUsage, "--rate must be at least 0, and --events at least 1.");
            if ((long)call.Get(customers) * call.Get(openOrders) is var open and > MostOpen)
                return call.Terminal.Fail(ExitCode.BadUsage,
                    $"--customers times --open-orders is {open} open orders. All are held in memory, so the maximum is {MostOpen}.");
            var story = new OrderGenerator(call.Get(customers), call.Get(openOrders), call.Get(seed), time);
            if (kafka.Place(call.Parsed) is { } place)
                return await RunAsync(story, place, call.Get(retryFor), call.Get(rate), call.Get(events), call, time);
            await using var sink = new HttpOrderSink(() => call.Client, call.Get(retryFor), time);
            return await RunAsync(story, sink, call.Get(rate), call.Get(events), call, time);
        });
        kafka.AddWithPropertiesTo(command);
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        OrderGenerator story, KafkaPlace place, TimeSpan patience, double rate, long events, ClientCall call, TimeProvider time)
    {
        try
        {
            using var logging = ErrorLog.Create(LogLevel.Warning, call.Terminal.Json);
            await using var sink = new KafkaOrderSink(place, patience, time, logging);
            return await sink.WarmUpAsync(call.Cancel) is { } problem
                ? call.Terminal.Fail(ExitCode.NotReachable, problem)
                : await RunAsync(story, sink, rate, events, call, time);
        }
        catch (BrokerSetupException failure)
        {
            return call.Terminal.Fail(ExitCode.Failed, failure.Message);
        }
    }

    private static async Task<ExitCode> RunAsync(
        OrderGenerator story, IOrderSink sink, double rate, long events, ClientCall call, TimeProvider time)
    {
        var tally = new ProduceTally();
        var began = time.GetTimestamp();
        using var over = new CancellationTokenSource();
        var showing = ShowAsync(tally, call.Terminal, time, over.Token);
        try
        {
            await new Producer(story, sink, tally.Count, time).RunAsync(rate, events, call.Cancel);
        }
        catch (OperationCanceledException) when (call.Cancel.IsCancellationRequested)
        {
            // The result of the current batch is unknown, so it is not counted.
        }
        finally
        {
            await over.CancelAsync();
            await showing;
        }
        Summarise(tally, time.GetElapsedTime(began), call.Terminal);
        return tally.Failed == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task ShowAsync(ProduceTally tally, Terminal terminal, TimeProvider time, CancellationToken over)
    {
        using var timer = new PeriodicTimer(LineEvery, time);
        try
        {
            for (long before = 0; await timer.WaitForNextTickAsync(over); before = tally.Acknowledged)
                terminal.Error.WriteLine(
                    $"sent {tally.Sent}, acknowledged {tally.Acknowledged}, failed {tally.Failed}, {tally.Acknowledged - before}/s");
        }
        catch (OperationCanceledException) { }
    }

    private static void Summarise(ProduceTally tally, TimeSpan took, Terminal terminal)
    {
        var perSecond = tally.Acknowledged / took.TotalSeconds;
        if (terminal.Json)
            terminal.Out.WriteLine(new JsonObject
            {
                ["sent"] = tally.Sent,
                ["acknowledged"] = tally.Acknowledged,
                ["failed"] = tally.Failed,
                ["perSecond"] = Math.Round(perSecond, 1),
            }.ToJsonString());
        else
            terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                    $"sent {tally.Sent}, acknowledged {tally.Acknowledged}, failed {tally.Failed} in {took.TotalSeconds:0.0} s, "
                        + $"{perSecond:0} per second"));
        if (tally.Problem is { } problem)
            terminal.Error.WriteLine($"Not accepted: {problem}");
    }

    private static Option<int> Count(string name, string description, int usual)
    {
        const int Most = 1_000_000;
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var count and (< 1 or > Most))
                result.AddError($"{name} {count}: must be 1 to {Most}.");
        });
        return option;
    }
}
