using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests.Subscriptions;

public sealed class SetSubscriptionTests
{
    private const string Billing = """
        {"id":"billing","topic":"orders","endpoint":"https://x.example/h","labels":{"team":"a","tier":"1"},"filter":{"type":["paid"],"region":["eu"]}}
        """;

    [Theory]
    [InlineData("""{"limits":{"maxInFlight":50}}""", "--max-in-flight", "50")]
    [InlineData("""{"endpoint":{"address":"https://y.example/h"}}""", "--endpoint", "https://y.example/h")]
    [InlineData("""{"endpoint":{"settings":{"acks":"all"}}}""", "--endpoint-setting", "acks=all")]
    [InlineData("""{"labels":{"team":"b","tier":""}}""", "--label", "team=b", "--label", "tier=")]
    [InlineData("""{"labels":null}""", "--label", "none")]
    [InlineData("""{"filter":{"type":["placed","paid"]}}""", "--filter", "type=placed,paid")]
    [InlineData("""{"description":"For the billing team"}""", "--description", "For the billing team")]
    [InlineData("""{"description":null}""", "--description", "none")]
    [InlineData("""{"retry":{"first":[],"base":"2s","factor":1.5,"cap":null,"jitter":0}}""",
        "--retry-first", "none", "--retry-base", "2s", "--retry-factor", "1.5", "--retry-cap", "default", "--retry-jitter", "0")]
    [InlineData("""{"retry":{"maxAttempts":20,"maxAge":"none","ttl":"1h","onExhausted":"forward","forwardTo":"late"}}""",
        "--retry-max-attempts", "20", "--retry-max-age", "none", "--retry-ttl", "1h", "--retry-on-exhausted", "forward", "--retry-forward-to", "late")]
    [InlineData("""{"retry":{"maxAge":null,"ttl":null}}""", "--retry-max-age", "default", "--retry-ttl", "none")]
    [InlineData("""{"limits":{"ratePerSecond":0.5,"timeout":"5s","fixedInFlight":true}}""",
        "--rate-per-second", "0.5", "--timeout", "5s", "--fixed-in-flight", "true")]
    [InlineData("""{"reports":{"topic":"ends","on":["exhausted","expired"]}}""", "--report-to", "ends", "--report-on", "exhausted,expired")]
    [InlineData("""{"reports":{"on":null}}""", "--report-on", "default")]
    [InlineData("""{"reports":null}""", "--report-to", "none")]
    // The server refuses fields of the one strategy beside the other, so they are reset with it.
    [InlineData("""{"retry":{"schedule":["1s","10s"],"strategy":"schedule","first":null,"base":null,"factor":null,"cap":null}}""",
        "--retry-schedule", "1s,10s")]
    [InlineData("""{"retry":{"strategy":"exponential","schedule":null}}""", "--retry-strategy", "exponential")]
    public async Task It_sends_what_is_given_and_nothing_else(string sent, params string[] options)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Billing));
        var run = await CommandRun.AgainstAsync(herald, ["subscriptions", "set", "billing", .. options]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        var request = Assert.Single(herald.Requests);
        Assert.Equal(("PATCH", "/v1/subscriptions/billing", sent), (request.Method, request.Path, request.Body));
    }

    [Fact]
    public async Task None_and_a_value_make_it_the_only_one()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Billing, ETag: "\"7\""));
        var run = await CommandRun.AgainstAsync(
            herald, "subscriptions", "set", "billing", "--filter", "none", "--filter", "region=us", "--label", "none", "--label", "owner=ann");
        Assert.Equal(0, run.Code);
        var request = herald.Requests.Last();
        // Names that are there already keep their place in the patch.
        Assert.Equal("""{"labels":{"team":null,"tier":null,"owner":"ann"},"filter":{"type":null,"region":["us"]}}""", request.Body);
        Assert.Equal("\"7\"", request.IfMatch);
    }

    [Fact]
    public async Task Without_a_field_nothing_is_sent()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Billing));
        var run = await CommandRun.AgainstAsync(herald, "subscriptions", "set", "billing");
        Assert.Equal(2, run.Code);
        Assert.Empty(herald.Requests);
    }

    [Theory]
    [InlineData("--retry-base 10: A duration has a unit: write 10s for seconds.", "--retry-base", "10")]
    [InlineData("--retry-schedule 1s,5: A duration has a unit: write 5s for seconds.", "--retry-schedule", "1s,5")]
    [InlineData("--timeout none: It always has a value. Write default to give it the default again.", "--timeout", "none")]
    [InlineData("--max-in-flight many: Write a whole number.", "--max-in-flight", "many")]
    [InlineData(
        "--report-on lost: Write one or more of delivered,recovered,exhausted,expired,discarded,forwarded,disabled.", "--report-on", "lost")]
    [InlineData("--fixed-in-flight yes: Write true or false.", "--fixed-in-flight", "yes")]
    [InlineData("--label team: expected NAME=VALUE, such as team=billing, and each name once.", "--label", "team")]
    [InlineData("--filter type=: expected NAME=VALUE[,VALUE…], such as type=placed,paid, and each name once.", "--filter", "type=")]
    public async Task A_value_that_cannot_be_meant_is_2_and_named_with_its_option(string told, params string[] options)
    {
        var run = await CommandRun.OfAsync(["subscriptions", "set", "billing", .. options]);
        Assert.Equal(2, run.Code);
        Assert.StartsWith(told, run.Error, StringComparison.Ordinal);
    }
}
