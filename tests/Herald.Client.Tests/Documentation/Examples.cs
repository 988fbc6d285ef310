using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Herald.Client.Tests.Documentation;

/// <summary>The examples of docs/client.md, as code that compiles and runs. A method has the lines of one block of the page.</summary>
internal static class Examples
{
    public static HeraldClient Connect(string address)
    {
        if (address.Length > 0)
            return new HeraldClient(new Uri(address));
        var client = new HeraldClient(new Uri("http://127.0.0.1:8090"), token: "the content of the token file");
        return client;
    }

    public static async Task ReadAnswersAsync(HeraldClient client, CancellationToken cancel)
    {
        var reply = await client.Topics.GetAsync("orders", cancel);
        if (reply.Value is { } topic)
            Console.WriteLine($"{topic.Name}, since {topic.CreatedAt}");
        else if (reply.Problem is { Code: "topic-not-found" })
            Console.WriteLine("There is no such topic.");
        else
            Console.WriteLine(string.Join('\n', reply.ProblemLines()));
    }

    public static async Task UseTopicsAsync(HeraldClient client, CancellationToken cancel)
    {
        await client.Topics.PutAsync("orders", cancel: cancel);

        await foreach (var topic in client.Topics.AllAsync(cancel))
            Console.WriteLine(topic.Name);

        var page = (await client.Topics.ListAsync(new PageRequest(Limit: 10), cancel)).ValueOrThrow();
        var next = await client.Topics.ListAsync(new PageRequest(Limit: 10, Cursor: page.NextCursor), cancel);
        Console.WriteLine(next.Status);
    }

    public static async Task UseLabelsAsync(HeraldClient client, CancellationToken cancel)
    {
        var labels = new Dictionary<string, string> { ["team"] = "billing" };
        await client.Topics.PutAsync("invoices", new TopicDefinition { Labels = labels }, cancel: cancel);
        await foreach (var topic in client.Topics.AllAsync(labels, cancel))
            Console.WriteLine(topic.Name);
    }

    public static async Task SubscribeAsync(HeraldClient client, CancellationToken cancel)
    {
        var created = await client.Subscriptions.PutAsync("billing", new SubscriptionDefinition
        {
            Topic = "orders",
            Endpoint = "https://example.com/hooks/orders",
            Filter = new Dictionary<string, IReadOnlyList<string>> { ["type"] = ["order.created", "order.paid"] },
            Retry = new RetryPolicy { Base = TimeSpan.FromSeconds(1), Cap = TimeSpan.FromMinutes(10), MaxAge = TimeSpan.FromDays(3) },
            Limits = new DeliveryLimits { MaxInFlight = 50 },
            From = StartPoint.Earliest,
        }, cancel: cancel);
        var secret = created.Value?.Secret;
        Console.WriteLine(secret);
    }

    public static async Task ChangeAsync(HeraldClient client, CancellationToken cancel)
    {
        var present = await client.Subscriptions.GetAsync("billing", cancel);
        var patch = new JsonObject { ["limits"] = new JsonObject { ["maxInFlight"] = 10 } };
        var changed = await client.Subscriptions.PatchAsync("billing", patch, Precondition.Unchanged(present.ETag!), cancel);
        if (changed.Status == 412)
            Console.WriteLine("Somebody else was faster: read it again.");
    }

    public static async Task WatchAsync(HeraldClient client, CancellationToken cancel)
    {
        var lag = (await client.Subscriptions.GetLagAsync("billing", cancel)).ValueOrThrow();
        Console.WriteLine($"{lag.Waiting} wait, {lag.BlockedKeys} keys are blocked");

        await foreach (var key in client.Subscriptions.AllBlockedKeysAsync("billing", cancel))
        {
            if (key.Held)
                await client.Subscriptions.ReleaseAsync("billing", key.Shard, key.Sequence, cancel: cancel);
        }

        await client.Subscriptions.ReplayAsync("billing", StartPoint.Time(lag.OldestWaitingAt ?? DateTimeOffset.UnixEpoch), cancel: cancel);
        await client.Subscriptions.RotateSecretAsync("billing", overlap: TimeSpan.FromHours(1), cancel: cancel);
        var test = (await client.Subscriptions.TestAsync("billing", cancel)).ValueOrThrow();
        Console.WriteLine($"{test.Outcome} at {test.Stage}: {test.Reason}");
    }

    public static async Task PublishAsync(HeraldClient client, CancellationToken cancel)
    {
        var paid = new NewEvent { Id = "order-17-paid", Key = "order-17", Type = "order.paid", Payload = """{"order":17}""" };
        var reply = await client.Events.PublishAsync("orders", paid, cancel);
        Console.WriteLine(reply.Succeeded ? "It is durable." : reply.Problem!.Detail);
    }

    public static async Task PublishManyAsync(HeraldClient client, CancellationToken cancel)
    {
        var publisher = new EventPublisher(() => client, "orders", patience: TimeSpan.FromMinutes(1), TimeProvider.System);
        NewEvent[] batch = [NewEvent.Of(new Order(17), OrderJson.Default.Order) with { Id = "order-17", Key = "order-17" }];
        var answer = (await publisher.SendAsync(batch, cancel)).ValueOrThrow();
        foreach (var refused in answer.Results.Where(result => !result.IsStored))
            Console.WriteLine($"{batch[refused.Index].Id}: {refused.Problem}");
    }

    public static async Task LookAsync(HeraldClient client, CancellationToken cancel)
    {
        var story = (await client.Events.GetAsync("orders", "order-17-paid", key: "order-17", cancel)).ValueOrThrow();
        foreach (var attempt in story.Attempts)
            Console.WriteLine($"{attempt.Subscription}: {attempt.Outcome} after {attempt.DurationMs} ms");
    }

    public static async Task TailAsync(HeraldClient client, CancellationToken cancel)
    {
        using var tail = (await client.Events.TailAsync("orders", cancel)).ValueOrThrow();
        await foreach (var one in tail.ReadAsync(cancel))
            Console.WriteLine($"{one.Key}: {one.Payload}");
    }

    public static async Task RedriveAsync(HeraldClient client, CancellationToken cancel)
    {
        await foreach (var letter in client.DeadLetters.AllAsync(subscription: "billing", cancel: cancel))
            Console.WriteLine($"{letter.Id}: {letter.Detail}");
        await client.DeadLetters.RedriveAsync(DeadLetterSelection.OfSubscription("billing"), cancel);
    }

    public static async Task OperateAsync(HeraldClient client, CancellationToken cancel)
    {
        var ready = await client.Operations.GetReadinessAsync(cancel);
        Console.WriteLine(ready.Succeeded ? string.Join('\n', ready.Value?.Troubles ?? []) : "It takes no requests now.");
        var metrics = (await client.Operations.GetMetricsAsync(cancel)).ValueOrThrow();
        Console.WriteLine(metrics.Find("herald_shards_owned"));
        await client.Operations.BackupAsync("/var/backups/herald/2026-01-31", cancel);
    }

    public static async Task ServeOrdersAsync(HeraldClient client, CancellationToken cancel)
    {
        var given = await client.Orders.RegisterAsync(new RegistrationRequest { Url = "http://10.0.0.7:9999/hook" }, cancel);
        if (given.Value is { } mine)
            await client.Orders.HeartbeatAsync(mine.CustomerId, mine.Epoch, cancel);
    }

    public static async Task ShowAlarmsAsync(HeraldClient client, CancellationToken cancel)
    {
        var user = (await client.Alarms.GetUserAsync("anna", cancel)).ValueOrThrow();
        Console.WriteLine(user.Alarms.Count(alarm => alarm.Due));
    }
}

internal sealed record Order(int Number);

[JsonSerializable(typeof(Order))]
internal sealed partial class OrderJson : JsonSerializerContext;
