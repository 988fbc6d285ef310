using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.Messages.Providers;
using Herald.TestKit.Time;

namespace Herald.Messages.Tests;

/// <summary>What a provider's call tells about itself, and what a time-out means then.</summary>
public sealed class SendingTests
{
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;

    private readonly ManualClock _clock = new();

    /// <summary>A request was sent, and the answer refused it. What follows is a new try, with no more than its share.</summary>
    [Fact]
    public async Task A_refused_request_ends_the_doubt_and_the_time_that_came_with_it()
    {
        var answered = new TaskCompletionSource();
        var (main, backup) = (Provider(), new ScriptedProvider("backup", new()));
        main.Does = async (sending, cancel) =>
        {
            sending.RequestReached(AttemptStage.Send);
            Assert.True(sending.MayHaveArrived);
            await answered.Task;
            sending.RequestReached(AttemptStage.Connect);
            Assert.False(sending.MayHaveArrived);
            await Task.Delay(Never, TimeProvider.System, cancel);
            return ProviderResult.Accepted;
        };
        var attempt = TryAsync(new([main, backup], _clock));
        // In doubt, it has more than its share of 7.5 s.
        _clock.Advance(TimeSpan.FromSeconds(8));
        Assert.False(attempt.IsCompleted);
        answered.SetResult();

        await _clock.AdvanceUntilAsync(attempt, TimeSpan.FromMilliseconds(1));

        Assert.Equal(AttemptOutcome.Delivered, (await attempt).Outcome);
        Assert.Single(backup.Names);
    }

    [Fact]
    public async Task A_request_in_doubt_has_all_the_time_and_stays_with_its_provider()
    {
        var (main, backup) = (Provider(), new ScriptedProvider("backup", new()));
        main.Does = async (sending, cancel) =>
        {
            sending.RequestReached(AttemptStage.Wait);
            await Task.Delay(Never, TimeProvider.System, cancel);
            return ProviderResult.Accepted;
        };
        var attempt = TryAsync(new([main, backup], _clock));
        _clock.Advance(TimeSpan.FromSeconds(15) - TimeSpan.FromTicks(1));
        Assert.False(attempt.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("main: no answer within 15s", (await attempt).Reason);
        Assert.Empty(backup.Names);
    }

    [Theory]
    [InlineData(AttemptStage.Resolve, "the name was not resolved within 15s")]
    [InlineData(AttemptStage.Connect, "no connection within 15s")]
    [InlineData(AttemptStage.Secure, "the TLS handshake was not finished within 15s")]
    [InlineData(AttemptStage.Send, "no answer within 15s")]
    [InlineData(null, "no free place within 15s")]
    public async Task A_time_out_says_what_did_not_come(AttemptStage? stage, string told)
    {
        var main = Provider();
        main.Does = async (sending, cancel) =>
        {
            if (stage is { } reached)
                sending.RequestReached(reached);
            else
                sending.WaitsFor("no free place");
            await Task.Delay(Never, TimeProvider.System, cancel);
            return ProviderResult.Accepted;
        };
        var attempt = TryAsync(new([main], _clock));
        _clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal($"main: {told}", (await attempt).Reason);
    }

    [Theory]
    [InlineData("{\"text\": \"a\", \"to\": \"ann\"}", "note://main", false)]
    [InlineData("{\"text\": \"a\"}", "note://main/ann", true)]
    public async Task Where_recipients_choose_the_service_its_silence_is_the_trouble_of_what_names_them(
        string payload, string endpoint, bool isTroubled)
    {
        var main = new ScriptedProvider("main", new() { Connections = 1 }) { RecipientsChooseService = true };
        main.Does = async (_, cancel) =>
        {
            await Task.Delay(Never, TimeProvider.System, cancel);
            return ProviderResult.Accepted;
        };
        var channel = new NoteChannel([main], _clock);
        var silent = TryAsync(channel, payload, endpoint);
        // It bounds what is under way to each service itself, so one silent service closes the gate for nobody.
        main.Does = null;
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel, payload, endpoint)).Outcome);
        _clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal((AttemptOutcome.Failed, isTroubled), ((await silent).Outcome, (await silent).EndpointTroubled));
    }

    private static ScriptedProvider Provider() => new("main", new() { Then = "backup" });

    private static Task<AttemptResult> TryAsync(
        NoteChannel channel, string payload = "{\"text\": \"hi\"}", string endpoint = "note://main") =>
        channel.TryAsync(
            new AttemptSketch
            {
                Endpoint = new(endpoint),
                Payload = System.Text.Encoding.UTF8.GetBytes(payload),
                Timeout = TimeSpan.FromSeconds(15),
            }.ToAttempt(),
            TestContext.Current.CancellationToken).AsTask();
}
