using System.Text.Json;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Lab.Tests.Orders;

public sealed class ProduceCommandTests
{
    [Fact]
    public async Task It_publishes_envelopes_as_the_application_expects_them()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(202, "{}"));
        var run = await CommandRun.AgainstAsync(herald, "orders", "produce", "--customers", "2", "--open-orders", "1", "--rate", "0", "--events", "5");
        Assert.Equal(0, run.Code);
        Assert.StartsWith("sent 5, acknowledged 5, failed 0 in ", run.Out, StringComparison.Ordinal);
        var request = Assert.Single(herald.Requests);
        Assert.Equal("POST /v1/topics/events/events", $"{request.Method} {request.Path}");
        var lines = request.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            var (envelope, payload) = (json.RootElement, json.RootElement.GetProperty("payload"));
            Assert.Equal(Text(payload, "id"), Text(envelope, "id"));
            Assert.Equal(Text(payload, "order_id"), Text(envelope, "key"));
            Assert.Equal(Text(payload, "type"), Text(envelope, "type"));
            Assert.Equal(Text(payload, "customer_id"), Text(envelope.GetProperty("attributes"), "customer_id"));
        }
    }

    [Fact]
    public async Task A_batch_that_is_not_taken_now_is_sent_again_as_it_is()
    {
        var answers = 0;
        await using var herald = await FakeHerald.StartAsync(_ => Interlocked.Increment(ref answers) == 1 ? new(503, "") : new(202, "{}"));
        var run = await CommandRun.AgainstAsync(herald, "orders", "produce", "--rate", "0", "--events", "3");
        Assert.Equal(0, run.Code);
        var bodies = herald.Requests.Select(request => request.Body).ToList();
        Assert.Equal(2, bodies.Count);
        Assert.Equal(bodies[0], bodies[1]);
    }

    [Fact]
    public async Task What_is_refused_is_counted_and_told()
    {
        const string Answer = """
            {"results":[{"index":0,"id":"a","status":"accepted"},{"index":1,"status":"refused","problem":{"code":"invalid-request","pointer":"/1/key","value":"x","rule":"No."}}]}
            """;
        await using var herald = await FakeHerald.StartAsync(_ => new(207, Answer));
        var run = await CommandRun.AgainstAsync(herald, "orders", "produce", "--rate", "0", "--events", "2", "--json");
        Assert.Equal(1, run.Code);
        using var sum = JsonDocument.Parse(run.Out);
        Assert.Equal((2, 1, 1), (Number("sent"), Number("acknowledged"), Number("failed")));
        Assert.Contains("/1/key: x: No.", run.Error, StringComparison.Ordinal);

        int Number(string name) => sum.RootElement.GetProperty(name).GetInt32();
    }

    [Theory]
    [InlineData("--customers", "0")]
    [InlineData("--open-orders", "1000001")]
    [InlineData("--rate", "-1")]
    [InlineData("--events", "0")]
    public async Task A_wrong_option_is_told_and_is_2(string option, string value)
    {
        var run = await CommandRun.OfAsync("orders", "produce", option, value);
        Assert.Equal(2, run.Code);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }

    private static string Text(JsonElement element, string field) => element.GetProperty(field).GetString()!;
}
