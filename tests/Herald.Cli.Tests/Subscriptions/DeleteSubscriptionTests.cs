using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests.Subscriptions;

public sealed class DeleteSubscriptionTests
{
    private const string Nothing = """{"subscription":"acme","waiting":0,"waitingIs":"exact"}""";
    private const string Backlog = """{"subscription":"acme","waiting":303,"waitingIs":"atLeast"}""";

    [Theory]
    [InlineData("Deleted subscription acme.", Nothing)]
    [InlineData("Deleted subscription acme.", Nothing, "--yes")]
    [InlineData("Deleted subscription acme. Before: at least 303 events wait.", Backlog, "--yes")]
    public async Task What_was_lost_is_told(string told, string lag, params string[] options)
    {
        await using var herald = await StartAsync(200, lag);
        var run = await CommandRun.AgainstAsync(herald, ["subscriptions", "delete", "acme", .. options]);
        Assert.Equal((0, told), (run.Code, run.Out.Trim()));
        Assert.Equal("DELETE /v1/subscriptions/acme", Asked(herald));
    }

    [Theory]
    [InlineData(Backlog)]
    [InlineData("""{"subscription":"acme","waiting":0,"waitingIs":"atMost"}""")]
    public async Task A_backlog_is_lost_only_with_a_yes(string lag)
    {
        await using var herald = await StartAsync(200, lag);
        var run = await CommandRun.AgainstAsync(herald, "subscriptions", "delete", "acme");
        Assert.Equal((5, ""), (run.Code, run.Out));
        Assert.StartsWith("Nothing was deleted, because deliveries of acme would be lost: at ", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("Delete it nevertheless with --yes.", run.Error.Trim(), StringComparison.Ordinal);
        Assert.Equal("GET /v1/subscriptions/acme/lag", Asked(herald));
    }

    [Fact]
    public async Task A_subscription_that_cannot_be_read_can_still_be_deleted()
    {
        await using var herald = await StartAsync(409, """{"code":"subscription-damaged","detail":"Its record is damaged."}""");
        var run = await CommandRun.AgainstAsync(herald, "subscriptions", "delete", "acme");
        Assert.Equal(5, run.Code);
        Assert.Contains("--yes", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.AgainstAsync(herald, "subscriptions", "delete", "acme", "--yes")).Code);
    }

    private static Task<FakeHerald> StartAsync(int status, string lag) => FakeHerald.StartAsync(
        request => request.Method == "GET" ? new(status, lag, status == 200 ? "application/json" : "application/problem+json") : new(204, ""));

    private static string Asked(FakeHerald herald) => herald.Requests.Last() is var last ? $"{last.Method} {last.Path}" : "";
}
