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
    [InlineData("sequence:10", "10")]
    [InlineData("10675199d", "\"10675199d\"")]
    public async Task It_starts_at_a_point_or_so_long_ago(string typed, string sent)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, "{}"));
        var run = await CommandRun.OfAsync(
            HeraldCommandLine.Create(new ManualClock()), "subscriptions", "replay", "acme", typed, "--server", herald.Address);
        Assert.Equal((0, $"acme replays from {sent.Trim('"')}."), (run.Code, run.Out.Trim()));
        Assert.Equal($$"""{"from":{{sent}}}""", Assert.Single(herald.Requests).Body);
    }

    [Fact]
    public async Task A_bare_number_is_a_question()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, "{}"));
        var run = await CommandRun.AgainstAsync(herald, "subscriptions", "replay", "acme", "10");
        Assert.Equal(
            (2, "10 can be a duration or a sequence. A duration has a unit: write 10s. For a sequence write sequence:10."),
            (run.Code, run.Error.Trim()));
        Assert.Empty(herald.Requests);
    }

    [Fact]
    public async Task A_replay_that_would_leave_events_out_says_with_which_option_it_may()
    {
        await using var herald = await FakeHerald.StartAsync(request => request.Body.Contains("skip")
            ? new(200, "{}")
            : new(409, """{"code":"replay-skips","detail":"Leave them out with skipUndelivered."}""", "application/problem+json"));
        var refused = await CommandRun.AgainstAsync(herald, "subscriptions", "replay", "acme", "now");
        Assert.Equal((5, "Leave them out with --skip-undelivered."), (refused.Code, refused.Error.Trim()));
        Assert.Equal(0, (await CommandRun.AgainstAsync(herald, "subscriptions", "replay", "acme", "now", "--skip-undelivered")).Code);
        Assert.Equal("""{"from":"now","skipUndelivered":true}""", herald.Requests.Last().Body);
    }
}
