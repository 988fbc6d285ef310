using Herald.TestKit;
using Herald.TestKit.Documentation;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Client.Tests.Documentation;

/// <summary>docs/client.md shows code that compiles and runs.</summary>
public sealed class ClientPageTests
{
    private const string Now = "2026-01-31T12:00:00.000Z";

    private const string Subscription = $$"""
        {"id":"billing","topic":"orders","endpoint":"https://example.com/hook","filter":{},"retry":{},"limits":{},"status":"active","generation":1,
         "createdAt":"{{Now}}","updatedAt":"{{Now}}","version":2}
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_block_of_the_page_is_an_example()
    {
        var page = await CommittedDocs.ReadAsync("client.md", Cancel);
        var code = Plain(await File.ReadAllTextAsync(
            SourceTree.File(Path.Combine("tests", "Herald.Client.Tests", "Documentation", "Examples.cs")), Cancel));
        var blocks = page.ReplaceLineEndings("\n").Split("```csharp\n").Skip(1).Select(block => block.Split("```")[0]).ToList();
        Assert.True(blocks.Count > 10);
        Assert.All(blocks, block => Assert.Contains(Plain(block), code, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_examples_run()
    {
        await using var herald = await FakeHerald.StartAsync(Answer);
        using var client = Examples.Connect(herald.Address);
        await Examples.ReadAnswersAsync(client, Cancel);
        await Examples.UseTopicsAsync(client, Cancel);
        await Examples.SubscribeAsync(client, Cancel);
        await Examples.ChangeAsync(client, Cancel);
        await Examples.WatchAsync(client, Cancel);
        await Examples.PublishAsync(client, Cancel);
        await Examples.PublishManyAsync(client, Cancel);
        await Examples.LookAsync(client, Cancel);
        await Examples.TailAsync(client, Cancel);
        await Examples.RedriveAsync(client, Cancel);
        await Examples.OperateAsync(client, Cancel);
        await Examples.ServeOrdersAsync(client, Cancel);
        await Examples.ShowAlarmsAsync(client, Cancel);
        using var other = Examples.Connect("");
        Assert.Equal(8090, other.Server.Port);
    }

    private static FakeHerald.Answer Answer(FakeHerald.Request request)
    {
        var path = request.Target.Split('?')[0];
        return (request.Method, path) switch
        {
            ("GET", "/v1/topics/orders") or ("PUT", "/v1/topics/orders") => Ok($$"""{"name":"orders","createdAt":"{{Now}}","version":1}"""),
            ("GET", "/v1/topics/orders/tail") => new(200, "", "application/x-ndjson"),
            ("GET", "/v1/topics/orders/events/order-17-paid") => Ok($$"""
                {"event":{"shard":0,"sequence":1,"topic":"orders","id":"order-17-paid","contentType":"application/json","attributes":{},"payload":1,
                 "time":"{{Now}}","acceptedAt":"{{Now}}"},"deliveries":[],"attempts":[]}
                """),
            ("POST", "/v1/topics/orders/events") => new(202, """{"results":[{"index":0,"id":"order-17","status":"accepted","shard":0,"sequence":1}]}"""),
            ("GET", "/v1/subscriptions/billing/lag") =>
                Ok("""{"subscription":"billing","waiting":1,"inFlight":0,"limit":10,"blockedKeys":1,"heldKeys":1,"behind":false,"shards":[]}"""),
            ("GET", "/v1/subscriptions/billing/blocked-keys") =>
                Ok("""{"items":[{"shard":3,"sequence":42,"eventId":"e","attempts":4,"held":true}]}"""),
            ("POST", "/v1/subscriptions/billing/blocked-keys/release") => new(204, ""),
            ("POST", "/v1/subscriptions/billing/rotate-secret") => Ok("""{"secret":"whsec_y"}"""),
            ("POST", "/v1/subscriptions/billing/test") =>
                Ok("""{"outcome":"delivered","stage":"response","statusCode":200,"reason":"","durationMs":1,"answer":""}"""),
            (_, "/v1/subscriptions/billing") or (_, "/v1/subscriptions/billing/replay") => new(200, Subscription, ETag: "\"2\""),
            ("POST", "/v1/dead-letters/redrive") => Ok("""{"count":0}"""),
            ("GET", "/readyz") => Ok("""{"status":"ok"}"""),
            ("GET", "/metrics") => new(200, "herald_shards_owned 16\n", "text/plain"),
            ("POST", "/v1/backup") => Ok("""{"directory":"/var/backups/herald/2026-01-31"}"""),
            ("POST", "/v1/orders/registrations") => new(204, "", RetryAfter: 1),
            ("GET", "/v1/alarms/users/anna") => Ok("""{"userId":"anna","alarms":[]}"""),
            ("GET", "/v1/topics" or "/v1/dead-letters") => Ok("""{"items":[]}"""),
            _ => new(404, """{"code":"route-not-found","detail":"There is nothing here."}""", "application/problem+json"),
        };
    }

    private static FakeHerald.Answer Ok(string body) => new(200, body);

    /// <summary>Without indentation, empty lines and line ends.</summary>
    private static string Plain(string code) =>
        string.Join('\n', code.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)) + "\n";
}
