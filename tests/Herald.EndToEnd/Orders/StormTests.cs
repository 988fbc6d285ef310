using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Herald.Client;
using Herald.Lab.Catchers;
using Herald.Lab.Clusters;
using Herald.Lab.Ledgers;
using Herald.Lab.Orders;
using Herald.Lab.Processes;
using Herald.Orders.Commands;
using Herald.TestKit.Databases;
using Herald.TestKit.Kafka;
using Herald.TestKit.Traces;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.EndToEnd.Orders;

/// <summary>
/// Nodes start, stop and are killed under load. Each is a process of its own, and all are members of one Kafka consumer group.
/// </summary>
public sealed class StormTests(ITestOutputHelper output) : IDisposable
{
    private const string Topic = "events", Attribute = "customer_id";
    private const int Customers = 4, OpenOrders = 50, PerSecond = 400, EventsBetween = 200, MostNodes = 4;

    // A killed consumer keeps its partitions until its session expires. This is the shortest session that brokers accept.
    private const string Session = "session.timeout.ms=6000\nheartbeat.interval.ms=1000\n";

    private static readonly int Changes = Length.IsLong ? 25 : 3;
    private static readonly TimeSpan AtLeast = Length.IsLong ? TimeSpan.FromSeconds(90) : TimeSpan.Zero, Patience = TimeSpan.FromSeconds(90);

    private readonly ReceiptLedger _ledger = new(1);
    private readonly TraceRecorder _trace = new();
    private readonly Random _random = new(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _trace.Dispose();

    [Fact]
    public async Task In_a_storm_of_nodes_nothing_is_lost_and_no_order_loses_its_order()
    {
        await using var broker = await KafkaBroker.StartAsync();
        var topic = await broker.CreateTopicAsync("storm", 12);
        var properties = Path.GetTempFileName();
        var catchers = new List<Catcher>();
        try
        {
            await File.WriteAllTextAsync(properties, Session, Cancel);
            await using var cluster = await LocalCluster.StartAsync(
                ServerProcess.Orders, 2, await (await PostgresServer.SharedAsync()).CreateDatabaseAsync("storm"), TimeProvider.System, Cancel,
                "--lease", "2s", "--kafka", broker.Servers, "--kafka-topic", topic, "--kafka-properties", properties);
            var story = new OrderGenerator(Customers, OpenOrders, 1, TimeProvider.System);
            foreach (var customer in story.Customers)
                catchers.Add(await SubscribeAsync(customer, cluster));

            await using var sink = new KafkaOrderSink(new KafkaPlace(broker.Servers, topic, null), Patience, TimeProvider.System, NullLoggerFactory.Instance);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var producing = ProduceAsync(story, sink, over.Token);
            var (changes, began) = (0, TimeProvider.System.GetTimestamp());
            for (; changes < Changes || TimeProvider.System.GetElapsedTime(began) < AtLeast; changes++)
            {
                // The next change comes while the group is still busy with this one, or after it.
                var more = _ledger.Now(0).Delivered + _random.Next(1, EventsBetween);
                await ChangeAsync(cluster);
                await Wait.UntilAsync(() => _ledger.Now(0).Delivered >= more, Patience, () => Told(cluster), Cancel);
            }
            await over.CancelAsync();
            await producing;
            await Wait.UntilAsync(() => _ledger.Judge(0).Lost == 0, Patience, () => Told(cluster), Cancel);

            var all = _ledger.Judge(0);
            output.WriteLine($"{changes} changes in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s: {all}");
            _trace.Tell("world", "settled");
            Assert.True(_trace.Accusation() is null, _trace.Accusation());
            Assert.Equal((0, 0, 0), (all.OutOfOrder, all.Lost, all.ChangedIds));
            Assert.Equal(0, catchers.Sum(catcher => catcher.Counts.Violations + catcher.Counts.Refused));
        }
        finally
        {
            foreach (var catcher in catchers)
                await catcher.DisposeAsync();
            File.Delete(properties);
        }
    }

    /// <summary>Starts a new or stopped node, or stops a node, or kills one.</summary>
    private async Task ChangeAsync(LocalCluster cluster)
    {
        var running = cluster.Nodes.Where(node => node.IsRunning).ToList();
        var down = cluster.Nodes.FirstOrDefault(node => !node.IsRunning);
        Assert.DoesNotContain(cluster.Nodes, node => node.HasFailed);
        if (running.Count < 2 || (running.Count < MostNodes && _random.Next(2) == 0))
            await (down?.StartAsync(Cancel) ?? cluster.AddAsync(Cancel));
        else if (_random.Next(3) == 0)
            await running[_random.Next(running.Count)].StopAsync();
        else
            await running[_random.Next(running.Count)].KillAsync();
    }

    private async Task<Catcher> SubscribeAsync(Guid customer, LocalCluster cluster)
    {
        var secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var catcher = new Catcher(1, 0, secret, new Misbehaviour(new(Mode.None), LatencyRange.Usual, TimeProvider.System, _random), Caught, () => "", TimeProvider.System,
            receiver => new TracedReceiver(_trace, NameOf(customer), from: null, receiver, body => ($"a.{Attribute}", $"{OrderMessage.TryParse(body)?.CustomerId}")));
        await catcher.StartAsync(Cancel);
        // The subscription that the customer is promised, as an operator would define it: all changes of its orders from the oldest on.
        var promised = new JsonObject { ["topic"] = Topic, ["endpoint"] = $"{catcher.Endpoint}", ["filter"] = new JsonObject { [Attribute] = new JsonArray($"{customer}") } };
        var n = _trace.Next();
        _trace.Tell(
            "operator", "order", ("n", n), ("what", "put"), ("through", "a node"), ("subscription", NameOf(customer)), ("from", "earliest"), ("definition", promised.ToJsonString()));
        var reply = await cluster.NextClient().Orders.PutWebhookAsync(customer, new WebhookDefinition { Url = $"{catcher.Endpoint}", Secret = secret }, cancel: Cancel);
        Assert.True(reply.Succeeded, reply.Text);
        _trace.Tell("operator", "done", ("n", n), ("outcome", "created"), ("alone", "yes"));
        return catcher;
    }

    /// <summary>
    /// Produces until <paramref name="over"/> is cancelled. It completes the current batch, so that the content of Kafka is known.
    /// </summary>
    private async Task ProduceAsync(OrderGenerator story, KafkaOrderSink sink, CancellationToken over)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (!over.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(Cancel);
            OrderMessage[] batch = [.. Enumerable.Range(0, PerSecond / 20).Select(_ => story.Next())];
            foreach (var message in batch)
                Tell("publish", message);
            Assert.Null((await sink.PublishAsync(batch, Cancel)).Problem);
            foreach (var message in batch)
                Tell("published", message, ("verdict", "accepted"));
            // The ledger counts from 1.
            foreach (var message in batch)
                _ledger.Accepted($"{message.OrderId}", message.SequenceNumber + 1);
        }
    }

    /// <summary>
    /// Records an event of the publisher. What is in Kafka counts as accepted. Its sequence in Herald's log is not visible from outside.
    /// </summary>
    private void Tell(string verb, OrderMessage message, params (string Name, string? Value)[] more) => _trace.Tell(
        "publisher", verb,
        [
            ("topic", Topic), ("key", $"{message.OrderId}"), ("id", $"{message.Id}"), ("type", message.Type), ($"a.{Attribute}", $"{message.CustomerId}"),
            ("digest", TraceRecorder.Digest(message.ToJson())), .. more,
        ]);

    private static string NameOf(Guid customer) => $"customer {customer}";

    private void Caught(Catch one)
    {
        if (one.Order is { } order)
            _ledger.Received(0, $"{order.OrderId}", order.SequenceNumber + 1, one.Webhook.Id);
    }

    private string Told(LocalCluster cluster) =>
        $"{_ledger.Judge(0)}\n{string.Join('\n', cluster.Nodes.Select(node => $"== {node.Name}, {(node.IsRunning ? "running" : "down")}\n{node.Process.LastOutput}"))}";
}
