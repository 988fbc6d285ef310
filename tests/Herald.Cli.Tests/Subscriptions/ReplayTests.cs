using Herald.Cli.CommandLine;
using Herald.TestKit.Http;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Cli.Tests.Subscriptions;

public sealed class ReplayTests
{
    [Theory]
    [InlineData("1h", "\"2030-01-02T02:04:05Z\"")]
    [InlineData("earliest", "\"earliest\"")]
    [InlineData("2029-01-31T08:00:00Z", "\"2029-01-31T08:00:00Z\"")]
    [InlineData("10", "10")]
    [InlineData("10675199d", "\"10675199d\"")]
    public async Task It_starts_at_a_point_or_so_long_ago(string typed, string sent)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, "{}"));
        var run = await CommandRun.OfAsync(
            HeraldCommandLine.Create(new ManualClock()), "subscriptions", "replay", "acme", typed, "--server", herald.Address);
        Assert.Equal((0, $"acme replays from {sent.Trim('"')}."), (run.Code, run.Out.Trim()));
        Assert.Equal($$"""{"from":{{sent}}}""", Assert.Single(herald.Requests).Body);
    }
}
