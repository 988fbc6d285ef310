using System.Net;
using Herald.Engine.Basics;
using Herald.Journal;
using Herald.Orders.Registrations;
using Herald.Orders.Tests.Hosting;
using Herald.TestKit.Http;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.Orders.Tests.Registrations;

public sealed class RegistrationTests : IAsyncLifetime
{
    private OrdersServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await OrdersServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Without_events_there_is_no_customer()
    {
        var answer = (await RegisterAsync("http://127.0.0.1:9/")).Is(204);
        Assert.Equal("1", answer.Headers["Retry-After"]);
    }

    [Fact]
    public async Task A_handler_is_given_the_customer_that_has_waited_longest_and_gets_its_events_from_the_first_on()
    {
        await using var receiver = new ScriptedReceiver();
        var (first, second, order) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await _server.PublishAsync(OrderMessage.Of(first, order, 0));
        await Given("http://127.0.0.1:9/another");
        var messages = Enumerable.Range(1, 5).Select(i => OrderMessage.Of(second, order, i)).ToArray();
        await _server.PublishAsync(messages);
        var given = await Given(receiver.Endpoint.ToString());
        Assert.Equal(second.ToString(), given["customerId"]);
        Assert.Equal("1m", given["window"]);
        Assert.StartsWith("whsec_", given["secret"], StringComparison.Ordinal);
        foreach (var message in messages)
            Assert.Equal(message.Text, (await receiver.NextAsync(Cancel)).BodyText);
        var webhook = (await _server.GetAsync($"/v1/orders/customers/{second}/webhook")).Is(200);
        Assert.Equal(("true", "1m"), (webhook["registered"], webhook["window"]));
        Assert.Equal(given["epoch"], webhook["version"]);
    }

    [Fact]
    public async Task A_handler_that_asks_again_gets_the_same_again()
    {
        await _server.PublishAsync(OrderMessage.Of(Guid.NewGuid(), Guid.NewGuid(), 0), OrderMessage.Of(Guid.NewGuid(), Guid.NewGuid(), 0));
        var first = await Given("http://127.0.0.1:9/a");
        var again = await Given("http://127.0.0.1:9/a");
        Assert.Equal(first.Text, again.Text);
        Assert.NotEqual(first["customerId"], (await Given("http://127.0.0.1:9/b"))["customerId"]);
    }

    [Fact]
    public async Task A_heartbeat_counts_only_with_the_epoch_that_was_given()
    {
        var customer = Guid.NewGuid();
        (await BeatAsync(customer, 1)).IsProblem(409, "registration-superseded");
        await _server.PublishAsync(OrderMessage.Of(customer, Guid.NewGuid(), 0));
        var given = await Given("http://127.0.0.1:9/a");
        var epoch = (long)given.Json["epoch"]!;
        (await BeatAsync(customer, epoch)).Is(204);
        (await BeatAsync(customer, epoch + 1)).IsProblem(409, "registration-superseded");
        (await BeatAsync(customer, epoch - 1)).IsProblem(409, "registration-superseded");
        (await _server.DeleteAsync($"/v1/orders/registrations/{customer}?epoch={epoch + 1}")).IsProblem(409, "registration-superseded");
        (await BeatAsync(customer, epoch)).Is(204);
    }

    [Fact]
    public async Task A_sign_of_life_that_the_store_has_no_room_for_is_not_taken()
    {
        const long MaxBytes = 4 << 20;
        await using var server = await OrdersServer.StartAsync(options => options.With<JournalOptions>(journal => journal with { SegmentBytes = 1 << 20, MaxBytes = MaxBytes }));
        var customer = Guid.NewGuid();
        await server.PublishAsync(OrderMessage.Of(customer, Guid.NewGuid(), 0));
        var given = (await server.PostAsync("/v1/orders/registrations", """{"url": "http://127.0.0.1:9/a"}""")).Is(200);
        // Fills the store with events of another topic, which no receiver accepts.
        (await server.PutAsync("/v1/topics/filler", "")).Is(201);
        (await server.PutAsync("/v1/subscriptions/none", """{"topic": "filler", "endpoint": "http://127.0.0.1:9/none"}""")).Is(201);
        foreach (var length in (int[])[100_000, 1000])
        {
            var filler = $$"""{"payload": "{{new string('x', length)}}"}""";
            await server.UntilAsync(() => server.PostAsync("/v1/topics/filler/events", filler), answer => (int)answer.Status == 503);
        }

        // The remaining room is enough for a few heartbeats only.
        var sign = await server.UntilAsync(
            () => server.PutAsync($"/v1/orders/registrations/{customer}", $$"""{"epoch": {{given["epoch"]}}}"""), answer => (int)answer.Status != 204);
        sign.IsProblem(503, "no-room");
        (await server.PostAsync("/v1/orders/registrations", """{"url": "http://127.0.0.1:9/a"}""")).IsProblem(503, "no-room");
    }

    [Fact]
    public async Task When_a_handler_leaves_another_may_have_the_customer_at_once_with_a_secret_of_its_own()
    {
        await using var receiver = new ScriptedReceiver(_ => new Reply.Status(500));
        await using var next = new ScriptedReceiver();
        var (customer, order) = (Guid.NewGuid(), Guid.NewGuid());
        await _server.PublishAsync(OrderMessage.Of(customer, order, 0));
        var given = await Given(receiver.Endpoint.ToString(), "1h");
        await receiver.NextAsync(Cancel);
        (await RegisterAsync(next.Endpoint.ToString())).Is(204);
        (await _server.DeleteAsync($"/v1/orders/registrations/{customer}?epoch={given["epoch"]}")).Is(204);
        (await BeatAsync(customer, (long)given.Json["epoch"]!)).IsProblem(409, "registration-superseded");
        Assert.Equal("paused", (await _server.GetAsync($"/v1/orders/customers/{customer}/webhook")).Is(200)["status"]);

        var taken = await Given(next.Endpoint.ToString());
        Assert.Equal(customer.ToString(), taken["customerId"]);
        Assert.NotEqual(given["secret"], taken["secret"]);
        Assert.True((long)taken.Json["epoch"]! > (long)given.Json["epoch"]!);
        Assert.Contains("\"sequence_number\":0,", (await next.NextAsync(Cancel)).BodyText, StringComparison.Ordinal);
        Assert.Equal("active", (await _server.GetAsync($"/v1/orders/customers/{customer}/webhook")).Is(200)["status"]);
    }

    [Fact]
    public async Task A_handler_that_is_silent_for_its_window_loses_its_customer()
    {
        await using var next = new ScriptedReceiver();
        using var refusing = new RefusingPort();
        var customer = Guid.NewGuid();
        await _server.PublishAsync(OrderMessage.Of(customer, Guid.NewGuid(), 0));
        var given = await Given(refusing.Endpoint.ToString(), "1s");
        var taken = await Given(next.Endpoint.ToString(), "1s");
        Assert.Equal(customer.ToString(), taken["customerId"]);
        (await BeatAsync(customer, (long)given.Json["epoch"]!)).IsProblem(409, "registration-superseded");
        (await BeatAsync(customer, (long)taken.Json["epoch"]!)).Is(204);
        Assert.Contains("\"sequence_number\":0,", (await next.NextAsync(Cancel)).BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_lives_and_takes_nothing_loses_its_customer()
    {
        await using var stuck = new ScriptedReceiver(_ => new Reply.Status(500));
        await using var next = new ScriptedReceiver();
        var customer = Guid.NewGuid();
        await _server.PublishAsync(OrderMessage.Of(customer, Guid.NewGuid(), 0));
        var given = await Given(stuck.Endpoint.ToString(), "2s");
        var taken = await _server.UntilAsync(
            async () =>
            {
                await BeatAsync(customer, (long)given.Json["epoch"]!);
                return await RegisterAsync(next.Endpoint.ToString(), "2s");
            },
            answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(customer.ToString(), taken["customerId"]);
    }

    [Fact]
    public async Task A_server_that_has_just_started_counts_whom_it_finds_registered_as_alive()
    {
        using var refusing = new RefusingPort();
        var customer = Guid.NewGuid();
        await _server.PublishAsync(OrderMessage.Of(customer, Guid.NewGuid(), 0));
        var given = await Given(refusing.Endpoint.ToString(), "10m");
        var directory = await _server.StopAsync();
        _server = await OrdersServer.StartAsync(directory: directory);
        (await RegisterAsync("http://127.0.0.1:9/another")).Is(204);
        (await BeatAsync(customer, (long)given.Json["epoch"]!)).Is(204);
        Assert.Equal(given.Text, (await Given(refusing.Endpoint.ToString(), "10m")).Text);
    }

    [Fact]
    public async Task A_handler_with_one_key_that_always_fails_among_others_keeps_its_customer()
    {
        var poison = OrderMessage.Of(Guid.NewGuid(), Guid.NewGuid(), 0);
        await using var receiver = new ScriptedReceiver(request => request.Header("herald-key") == poison.Order.ToString() ? new Reply.Status(500) : Reply.Ok);
        await _server.PublishAsync(poison);
        var given = await Given(receiver.Endpoint.ToString(), "2s");
        // Three windows, counted in heartbeats and not by the clock. Each heartbeat comes with an event that is delivered.
        for (var beat = 1; beat <= 24; beat++)
        {
            await _server.PublishAsync(OrderMessage.Of(poison.Customer, Guid.NewGuid(), beat));
            (await BeatAsync(poison.Customer, (long)given.Json["epoch"]!)).Is(204);
            (await RegisterAsync("http://127.0.0.1:9/another", "2s")).Is(204);
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, Cancel);
        }
    }

    [Fact]
    public async Task A_webhook_that_an_administrator_has_set_is_never_given_to_a_handler()
    {
        var customer = Guid.NewGuid();
        var path = $"/v1/orders/customers/{customer}/webhook";
        (await _server.PutAsync(path, """{"url":"http://127.0.0.1:9/"}""")).Is(201);
        await _server.PublishAsync(OrderMessage.Of(customer, Guid.NewGuid(), 0));
        (await RegisterAsync("http://127.0.0.1:9/handler", "1s")).Is(204);
        // The next customer is given to the handler, so the first one was left out on purpose and not just missed.
        var other = Guid.NewGuid();
        await _server.PublishAsync(OrderMessage.Of(other, Guid.NewGuid(), 0));
        Assert.Equal(other.ToString(), (await Given("http://127.0.0.1:9/handler"))["customerId"]);
    }

    [Fact]
    public async Task An_administrator_takes_a_customer_from_its_handler()
    {
        var customer = Guid.NewGuid();
        await _server.PublishAsync(OrderMessage.Of(customer, Guid.NewGuid(), 0));
        var given = await Given("http://127.0.0.1:9/handler");
        var put = (await _server.PutAsync($"/v1/orders/customers/{customer}/webhook", """{"url":"http://127.0.0.1:9/fixed"}""")).Is(200);
        Assert.Equal("false", put["registered"]);
        Assert.NotEqual(given["secret"], put["secret"]);
        Assert.NotNull(put["secret"]);
        (await BeatAsync(customer, (long)given.Json["epoch"]!)).IsProblem(409, "registration-superseded");
        (await RegisterAsync("http://127.0.0.1:9/handler")).Is(204);
    }

    [Theory]
    [InlineData("""{"url":"ftp://example.com/"}""", "/url")]
    [InlineData("""{"url":"http://127.0.0.1:9/","window":"999ms"}""", "/window")]
    [InlineData("""{"url":"http://127.0.0.1:9/","window":"61m"}""", "/window")]
    [InlineData("""{"url":"http://127.0.0.1:9/","window":"soon"}""", "/window")]
    [InlineData("""{"url":"http://127.0.0.1:9/","secret":"x"}""", "/secret")]
    [InlineData("""{"window":"60s"}""", "/url")]
    [InlineData("""{"url":"http://127.0.0.1:9/","epoch":1}""", "/epoch")]
    public async Task What_breaks_a_rule_is_told_with_its_field(string body, string pointer) =>
        (await _server.PostAsync("/v1/orders/registrations", body)).IsProblem(400, "invalid-request", pointer);

    [Fact]
    public async Task An_epoch_is_a_number_and_a_customer_a_uuid()
    {
        (await _server.DeleteAsync($"/v1/orders/registrations/{Guid.NewGuid()}")).IsProblem(400, "invalid-request", "?epoch");
        (await _server.DeleteAsync("/v1/orders/registrations/x?epoch=1")).IsProblem(400, "invalid-request", "/customerId");
        (await _server.PutAsync("/v1/orders/registrations/x", """{"epoch":1}""")).IsProblem(400, "invalid-request", "/customerId");
        (await _server.PutAsync($"/v1/orders/registrations/{Guid.NewGuid()}", """{"epoch":"1"}""")).IsProblem(400, "invalid-request", "/epoch");
    }

    [Fact]
    public async Task What_handlers_do_is_counted()
    {
        await _server.PublishAsync(OrderMessage.Of(Guid.NewGuid(), Guid.NewGuid(), 0));
        var given = await Given("http://127.0.0.1:9/a");
        await RegisterAsync("http://127.0.0.1:9/b");
        await BeatAsync(Guid.Parse(given["customerId"]!), (long)given.Json["epoch"]!);
        var text = (await _server.GetAsync("/metrics")).Is(200).Text;
        Assert.Contains("herald_orders_registrations_total{result=\"given\"}", text, StringComparison.Ordinal);
        Assert.Contains("herald_orders_registrations_total{result=\"idle\"}", text, StringComparison.Ordinal);
        Assert.Contains("herald_orders_heartbeats_total{result=\"accepted\"}", text, StringComparison.Ordinal);
        Assert.Contains("herald_orders_customers_watched", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, false)]
    [InlineData(3600, true)]
    public void A_mark_is_read_as_it_is_written(int seconds, bool hasLeft)
    {
        var mark = new RegistrationMark(TimeSpan.FromSeconds(seconds), hasLeft);
        var labels = mark.On(TextMap.Of([new("team", "billing")]));
        Assert.Equal("billing", labels.Find("team"));
        Assert.True(RegistrationMark.TryParse(labels, out var read));
        Assert.Equal(mark, read);
        Assert.False(RegistrationMark.TryParse(null, out _));
        Assert.False(RegistrationMark.TryParse(TextMap.Empty, out _));
        Assert.False(RegistrationMark.TryParse(labels.With(RegistrationMark.Label, ""), out _));
        Assert.False(RegistrationMark.TryParse(labels.With(RegistrationMark.Label, labels.Find(RegistrationMark.Label) + " and more"), out _));
    }

    [Fact]
    public async Task A_registration_is_a_label_that_people_see_and_that_an_administrator_can_remove_but_not_set()
    {
        var customer = Guid.NewGuid();
        await _server.PublishAsync(OrderMessage.Of(customer, Guid.NewGuid(), 0));
        var given = await Given("http://127.0.0.1:9/handler", "1h");
        var path = $"/v1/subscriptions/orders.{customer}";
        Assert.Equal("1h", (await _server.GetAsync(path)).Is(200).Json["labels"]!["herald/registration"]!.ToString());
        Assert.Contains((await _server.GetAsync("/v1/subscriptions?label=herald/registration=1h")).Is(200).Items, item => item!["id"]!.ToString() == $"orders.{customer}");
        (await PatchAsync(path, """{"labels":{"herald/registration":"2h"}}""")).IsProblem(400, "invalid-request", "/labels/herald~1registration");

        // Labels of people stay when the handler gets its customer again.
        (await PatchAsync(path, """{"labels":{"team":"billing"},"description":"for people"}""")).Is(200);
        (await BeatAsync(customer, (long)given.Json["epoch"]!)).IsProblem(409, "registration-superseded");
        var again = await Given("http://127.0.0.1:9/handler", "1h");
        Assert.Equal((customer.ToString(), given["secret"]), (again["customerId"], again["secret"]));
        Assert.Equal("for people", (await _server.GetAsync(path)).Is(200)["description"]);

        (await PatchAsync(path, """{"labels":{"herald/registration":null}}""")).Is(200);
        Assert.Equal("false", (await _server.GetAsync($"/v1/orders/customers/{customer}/webhook")).Is(200)["registered"]);
        Assert.Equal("""{"team":"billing"}""", (await _server.GetAsync(path)).Is(200).Json["labels"]!.ToJsonString());
    }

    /// <summary>Asks until there is a customer. An event is noticed a moment after it was accepted.</summary>
    private Task<Answer> Given(string url, string? window = null) => _server.UntilAsync(() => RegisterAsync(url, window), answer => answer.Status == HttpStatusCode.OK);

    private Task<Answer> RegisterAsync(string url, string? window = null) =>
        _server.PostAsync("/v1/orders/registrations", window is null ? $$"""{"url":"{{url}}"}""" : $$"""{"url":"{{url}}","window":"{{window}}"}""");

    private Task<Answer> PatchAsync(string path, string body) => _server.SendAsync(HttpMethod.Patch, path, body, [], "application/merge-patch+json");

    private Task<Answer> BeatAsync(Guid customer, long epoch) => _server.PutAsync($"/v1/orders/registrations/{customer}", $$"""{"epoch":{{epoch}}}""");
}
