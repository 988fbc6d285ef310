using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests.Subscriptions;

public sealed class PutSubscriptionTests
{
    private const string Plain = """
        {"id":"billing","topic":"orders","endpoint":"https://x.example/h","filter":{},"retry":{"strategy":"exponential","first":["50ms","250ms"],
         "base":"1s","factor":2,"cap":"10m","jitter":0.2,"maxAge":"3d","onExhausted":"deadLetter"},
         "limits":{"maxInFlight":100,"timeout":"15s","fixedInFlight":false},"status":"active","version":7}
        """;

    private const string Changed = """
        {"id":"billing","topic":"orders","endpoint":{"address":"https://x.example/h","settings":{"acks":"all"}},"description":"Ours",
         "labels":{"team":"a"},"filter":{"type":["placed","paid"]},"retry":{"strategy":"exponential","first":[],
         "base":"5s","factor":2,"cap":"10m","jitter":0.2,"maxAttempts":9,"maxAge":"none","onExhausted":"deadLetter"},
         "limits":{"maxInFlight":100,"timeout":"5s","fixedInFlight":false},
         "reports":{"topic":"ends","on":["expired"]},"status":"active","version":7}
        """;

    private static readonly string[] Put = ["subscriptions", "put", "billing", "--topic", "orders", "--endpoint", "https://x.example/h"];

    [Fact]
    public async Task What_would_be_reset_is_told_and_nothing_is_changed()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Changed));
        var run = await CommandRun.AgainstAsync(herald, [.. Put, "--max-in-flight", "50"]);
        Assert.Equal(5, run.Code);
        Assert.Equal("GET", Assert.Single(herald.Requests).Method);
        Assert.Equal(
            [
                "This would reset what billing has today. Nothing was changed.",
                "  description            Ours -> none",
                "  reports.topic          ends -> none",
                "  endpoint setting acks  all -> none",
                "  label team             a -> none",
                "  filter type            placed,paid -> none",
                "  retry.first            none -> 50ms,250ms",
                "  retry.base             5s -> 1s",
                "  retry.maxAttempts      9 -> none",
                "  retry.maxAge           none -> 3d",
                "  limits.timeout         5s -> 15s",
                "Change single fields with: herald subscriptions set billing …; or add --replace to reset these.",
            ],
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task What_somebody_has_stored_does_not_command_the_terminal()
    {
        await using var herald = await FakeHerald.StartAsync(
            _ => new(200, Plain.Replace("\"filter\":{}", "\"description\":\"a\\u001b[2Jb\\nc\",\"filter\":{\"t\\ry\":[\"\\u009bx\"]}", StringComparison.Ordinal)));
        var run = await CommandRun.AgainstAsync(herald, Put);
        Assert.Equal(
            ["  description  a [2Jb c -> none", "  filter t y    x -> none"],
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..3]);
    }

    [Fact]
    public async Task With_replace_it_is_reset()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Changed));
        Assert.Equal(0, (await CommandRun.AgainstAsync(herald, [.. Put, "--replace"])).Code);
        Assert.Equal("PUT", Assert.Single(herald.Requests).Method);
    }

    [Theory]
    [InlineData("--max-in-flight", "50")]
    [InlineData("--retry-schedule", "1s,10s")]
    public async Task What_is_not_set_today_is_lost_by_nobody(params string[] options)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Plain, ETag: "\"7\""));
        Assert.Equal(0, (await CommandRun.AgainstAsync(herald, [.. Put, .. options])).Code);
        Assert.Equal(["GET", "PUT"], herald.Requests.Select(request => request.Method));
        // Another change in between would be one that was not compared.
        Assert.Equal("\"7\"", herald.Requests.Last().IfMatch);
    }

    [Fact]
    public async Task What_is_given_is_changed_and_not_lost()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Changed));
        var run = await CommandRun.AgainstAsync(
            herald,
            [
                .. Put, "--endpoint-setting", "acks=1", "--description", "none", "--label", "none", "--filter", "type=paid", "--retry-base", "4s",
                "--retry-max-attempts", "default", "--retry-max-age", "1d", "--report-to", "ends", "--timeout", "default",
            ]);
        Assert.Equal((0, ""), (run.Code, run.Error));
    }

    [Fact]
    public async Task A_new_subscription_needs_no_comparison()
    {
        await using var herald = await FakeHerald.StartAsync(
            request => request.Method == "GET" ? new(404, "{}", "application/problem+json") : new(201, Plain));
        Assert.Equal(0, (await CommandRun.AgainstAsync(herald, Put)).Code);
        // Another caller can create it in between.
        Assert.Equal("*", herald.Requests.Last().IfNoneMatch);
    }

    [Fact]
    public async Task Without_a_comparison_nothing_is_changed()
    {
        await using var herald = await FakeHerald.StartAsync(
            _ => new(503, """{"code":"store-unavailable","title":"The store does not answer","status":503}""", "application/problem+json"));
        Assert.NotEqual(0, (await CommandRun.AgainstAsync(herald, Put)).Code);
        Assert.All(herald.Requests, request => Assert.Equal("GET", request.Method));
    }
}
