using System.Net;
using System.Text;
using Herald.Orders.Tests.Hosting;
using Herald.TestKit.Http;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.Orders.Tests.Webhooks;

public sealed class WebhookTests : IAsyncLifetime
{
    private OrdersServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await OrdersServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_customers_changes_come_as_they_are_and_in_the_order_of_each_order()
    {
        await using var receiver = new ScriptedReceiver();
        var (customer, first, second, other) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        // This event comes before the webhook is set, and is still delivered.
        var early = OrderMessage.Of(customer, first, 0);
        Assert.Equal(1, (await _server.PublishAsync(early)).Accepted);
        Assert.Equal(HttpStatusCode.Created, (await PutAsync(customer, receiver.Endpoint.ToString())).Status);
        var messages = new List<OrderMessage> { early };
        for (var i = 1; i < 20; i++)
        {
            messages.Add(OrderMessage.Of(customer, i % 2 == 0 ? first : second, i));
            await _server.PublishAsync(OrderMessage.Of(other, Guid.NewGuid(), i), messages[^1], messages[^1]);
        }
        var last = new Dictionary<string, long>();
        foreach (var _ in messages)
        {
            var request = await receiver.NextAsync(Cancel);
            var sent = messages.Single(message => message.Id.ToString() == request.Header("herald-event-id"));
            Assert.Equal(sent.Text, request.BodyText);
            Assert.Equal(sent.Order.ToString(), request.Header("herald-key"));
            Assert.True(!last.TryGetValue(request.Header("herald-key")!, out var before) || before < sent.SequenceNumber);
            last[request.Header("herald-key")!] = sent.SequenceNumber;
        }
    }

    [Fact]
    public async Task A_webhook_is_put_shown_changed_listed_and_deleted()
    {
        var customer = Guid.NewGuid();
        var path = $"/v1/orders/customers/{customer.ToString().ToUpperInvariant()}/webhook";
        (await _server.GetAsync(path)).IsProblem(404, "webhook-not-found");
        (await _server.DeleteAsync(path)).IsProblem(404, "webhook-not-found");

        var created = (await _server.PutAsync(path, """{"url":"http://127.0.0.1:9/a","limits":{"maxInFlight":3},"retry":{"strategy":"schedule","schedule":["1s"],"maxAttempts":2}}""")).Is(201);
        Assert.Equal(customer.ToString(), created["customerId"]);
        Assert.StartsWith("whsec_", created["secret"], StringComparison.Ordinal);
        Assert.Equal("false", created["registered"]);
        Assert.Equal($"/v1/orders/customers/{customer}/webhook", created.Headers["Location"]);

        var shown = (await _server.GetAsync(path)).Is(200);
        Assert.Equal(created.Headers["ETag"], shown.Headers["ETag"]);
        Assert.Null(shown["secret"]);
        Assert.Equal("3", shown.Json["limits"]!["maxInFlight"]!.ToString());
        Assert.Equal("schedule", shown.Json["retry"]!["strategy"]!.ToString());
        Assert.Equal(304, (int)(await _server.GetAsync(path, ("If-None-Match", shown.Headers["ETag"]))).Status);

        (await _server.PutAsync(path, """{"url":"http://127.0.0.1:9/b"}""", ("If-None-Match", "*"))).IsProblem(412, "version-mismatch");
        (await _server.PutAsync(path, """{"url":"http://127.0.0.1:9/b"}""", ("If-Match", "\"1\""))).IsProblem(412, "version-mismatch");
        var changed = (await _server.PutAsync(path, """{"url":"http://127.0.0.1:9/b"}""", ("If-Match", shown.Headers["ETag"]))).Is(200);
        Assert.Equal("http://127.0.0.1:9/b", changed["url"]);
        Assert.Null(changed["secret"]);
        Assert.Equal("100", changed.Json["limits"]!["maxInFlight"]!.ToString());

        // The webhook is one subscription and nothing else.
        var subscription = (await _server.GetAsync($"/v1/subscriptions/orders.{customer}")).Is(200);
        Assert.Equal("events", subscription["topic"]);
        Assert.Equal($$"""{"customer_id":["{{customer}}"]}""", subscription.Json["filter"]!.ToJsonString());

        (await _server.DeleteAsync(path)).Is(204);
        (await _server.GetAsync(path)).IsProblem(404, "webhook-not-found");
    }

    [Fact]
    public async Task Customers_are_listed_in_pages()
    {
        await _server.PutAsync("/v1/topics/another", "");
        await _server.PutAsync("/v1/subscriptions/aaa", """{"topic":"events","endpoint":"http://127.0.0.1:9/"}""");
        await _server.PutAsync("/v1/subscriptions/orders.zzz", """{"topic":"events","endpoint":"http://127.0.0.1:9/"}""");
        await _server.PutAsync("/v1/subscriptions/zzz", """{"topic":"events","endpoint":"http://127.0.0.1:9/"}""");
        Assert.Empty((await _server.GetAsync("/v1/orders/customers")).Is(200).Items);
        var customers = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToList();
        foreach (var customer in customers)
            (await PutAsync(customer, "http://127.0.0.1:9/")).Is(201);
        var (listed, cursor, pages) = (new List<string>(), "", 0);
        do
        {
            var page = (await _server.GetAsync($"/v1/orders/customers?limit=2{cursor}")).Is(200);
            listed.AddRange(page.Items.Select(item => item!["customerId"]!.ToString()));
            cursor = page["nextCursor"] is { } next ? $"&cursor={next}" : null;
            pages++;
        }
        while (cursor is not null);
        Assert.Equal(customers.Select(c => c.ToString()).Order(StringComparer.Ordinal), listed);
        Assert.InRange(pages, 3, 4);
        (await _server.GetAsync("/v1/orders/customers?cursor=%20")).IsProblem(400, "invalid-request", "?cursor");
        (await _server.GetAsync("/v1/orders/customers?limit=0")).IsProblem(400, "invalid-request", "?limit");
    }

    [Theory]
    [InlineData("""{"url":"ftp://example.com/"}""", "/url", "scheme")]
    [InlineData("""{"url":"nonsense"}""", "/url", "absolute URL")]
    [InlineData("""{"url":"http://user:password@example.com/"}""", "/url", null)]
    [InlineData("""{}""", "/url", "required")]
    [InlineData("""{"url":"http://127.0.0.1:9/","secret":"abc"}""", "/secret", "whsec_")]
    [InlineData("""{"url":"http://127.0.0.1:9/","topic":"events"}""", "/topic", "Unknown field. Known fields: url, secret, retry, limits.")]
    [InlineData("""{"url":"http://127.0.0.1:9/","limits":{"maxInFlight":0}}""", "/limits/maxInFlight", "From 1")]
    [InlineData("""{"url":"http://127.0.0.1:9/","retry":{"base":"soon"}}""", "/retry/base", "A duration")]
    public async Task What_breaks_a_rule_is_told_with_its_field(string body, string pointer, string? rule) =>
        (await _server.PutAsync($"/v1/orders/customers/{Guid.NewGuid()}/webhook", body)).IsProblem(400, "invalid-request", pointer, rule);

    [Fact]
    public async Task A_customer_is_a_uuid()
    {
        foreach (var name in (string[])["17", "3f0c8e0a5b7e4d3c9d540a6f7a1c2b3d"])
        {
            var path = $"/v1/orders/customers/{name}/webhook";
            (await _server.PutAsync(path, """{"url":"http://127.0.0.1:9/"}""")).IsProblem(400, "invalid-request", "/customerId", "A uuid");
            (await _server.GetAsync(path)).IsProblem(400, "invalid-request", "/customerId");
            (await _server.DeleteAsync(path)).IsProblem(400, "invalid-request", "/customerId");
        }
    }

    [Fact]
    public async Task An_event_that_names_no_customer_is_for_nobody()
    {
        await using var receiver = new ScriptedReceiver();
        var customer = Guid.NewGuid();
        (await PutAsync(customer, receiver.Endpoint.ToString())).Is(201);
        (await _server.PostAsync("/v1/topics/events/events", """{"id":"1","key":"k","payload":1}""")).Is(202);
        (await _server.PostAsync("/v1/topics/events/events", $$$"""{"id":"2","key":"k","attributes":{"customer_id":"{{{customer}}}"},"payload":2}""")).Is(202);
        Assert.Equal("2", (await receiver.NextAsync(Cancel)).BodyText);
    }

    [Fact]
    public async Task The_description_of_the_api_has_the_applications_addresses()
    {
        var paths = (await _server.GetAsync("/openapi.json")).Is(200).Json["paths"]!.AsObject();
        Assert.NotNull(paths["/v1/orders/customers/{customerId}/webhook"]!["put"]);
        Assert.NotNull(paths["/v1/orders/registrations"]!["post"]);
        Assert.NotNull(paths["/v1/topics"]);
    }

    [Fact]
    public async Task Bytes_that_are_no_json_are_a_dead_letter_and_the_rest_goes_on()
    {
        await using var receiver = new ScriptedReceiver();
        var (customer, order) = (Guid.NewGuid(), Guid.NewGuid());
        (await PutAsync(customer, receiver.Endpoint.ToString())).Is(201);
        var bad = OrderMessage.Of(customer, order, -1);
        var tally = await _server.PublishAsync(bad, OrderMessage.Of(customer, order, 1));
        Assert.Equal((1, 1), (tally.Accepted, tally.Rejected));
        Assert.Contains("\"sequence_number\":1,", Encoding.UTF8.GetString((await receiver.NextAsync(Cancel)).Body), StringComparison.Ordinal);
    }

    private Task<Answer> PutAsync(Guid customer, string url) => _server.PutAsync($"/v1/orders/customers/{customer}/webhook", $$"""{"url":"{{url}}"}""");
}
