using Herald.LocalServers.Push;
using Herald.Outbound;
using Herald.Push.Fcm;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Push.Tests.Fcm;

public sealed class AccessTokensTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ManualClock _clock = new();
    private readonly HttpSender _sender;

    public AccessTokensTests() => _sender = new(new OutboundOptions { AllowedNetworks = ["127.0.0.0/8"] }, _clock);

    public void Dispose()
    {
        _sender.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Whoever_waited_for_a_token_leaves_no_timer_behind()
    {
        await using var fcm = await FakePushService.StartAsync(new FakeFcm(_clock));
        var gate = fcm.HoldTokens();
        var waiting = GetAsync(TokensOf(fcm));
        await Until.HoldsAsync(() => fcm.TokensAsked == 1, "a token is asked for");
        gate.SetResult();

        var (token, timers) = await waiting;
        Assert.Equal("ya29.fake-1", token.Text);
        Assert.Equal(0, timers);
    }

    [Fact]
    public async Task A_token_that_does_not_come_in_time_is_a_failure_that_names_the_place()
    {
        await using var fcm = await FakePushService.StartAsync(new FakeFcm(_clock));
        fcm.HoldTokens();
        var waiting = GetAsync(TokensOf(fcm));
        await Until.HoldsAsync(() => fcm.TokensAsked == 1, "a token is asked for");
        _clock.Advance(TimeSpan.FromSeconds(5));

        var (token, _) = await waiting;
        Assert.Equal((null, "127.0.0.1 gave no access token in time"), (token.Text, token.Failure?.Reason));
    }

    private AccessTokens TokensOf(FakeFcm fcm)
    {
        var file = _folder.Write("account.json", fcm.AccountFile);
        return new(
            new("fcm.providers.main.accountFile", file, ServiceAccount.Read, _clock, NullLogger.Instance), new(_sender, _clock), _clock);
    }

    /// <summary>Goes on at the place where the waiting ends, so the number of timers is the one that callers see.</summary>
    private async Task<(AccessToken Token, int Timers)> GetAsync(AccessTokens tokens)
    {
        var token = await tokens.GetAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken).ConfigureAwait(false);
        return (token, _clock.ArmedTimers);
    }
}
