using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.Messages.Providers;
using Herald.TestKit.Time;

namespace Herald.Messages.Tests;

/// <summary>
/// What a provider's rate, its connections and its pauses do to attempts: each that is made has time enough, and one that cannot be made
/// soon uses up nothing.
/// </summary>
public sealed class ProviderBoundTests
{
    private static readonly TimeSpan TimeOut = TimeSpan.FromSeconds(15);

    private readonly ManualClock _clock = new();
    private readonly ScriptedProvider _backup = new("backup", new());

    [Fact]
    public async Task Each_turn_of_a_rate_leaves_half_of_the_time_and_who_would_be_later_comes_again()
    {
        var main = new ScriptedProvider("main", new() { Rate = 1 });
        var channel = Channel(main);
        var attempts = Enumerable.Range(0, 8).Select(n => TryAsync(channel, $"msg_{n}")).ToList();
        Assert.Equal(1, attempts.Count(attempt => attempt.IsCompleted));

        // The next turn is in 8 s, and half of 15 s is 7.5 s.
        var late = await TryAsync(channel, "late");
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Guard, false), (late.Outcome, late.Stage, late.EndpointTroubled));
        Assert.Equal((TimeSpan.FromSeconds(3.75), null), (late.NotTriedFor, late.RetryAfter));
        Assert.Equal("main: not tried: no turn within 7.5s; note.providers.main.rate allows 1 in a second", late.Reason);

        for (var n = 1; n < 8; n++)
        {
            Assert.False(attempts[n].IsCompleted);
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal((AttemptOutcome.Delivered, TimeSpan.FromSeconds(n)), Told(await attempts[n]));
            Assert.Equal(TimeOut - TimeSpan.FromSeconds(n), main.LastTime);
        }
        Assert.Equal(8, main.Names.Count);
        Assert.Equal(AttemptOutcome.Failed, (await TryAsync(channel, "late", timeout: TimeSpan.FromSeconds(1))).Outcome);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel, "late")).Outcome);
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public async Task A_subscription_with_a_short_time_out_gets_its_turns_beside_one_that_always_waits()
    {
        var channel = Channel(new ScriptedProvider("main", new() { Rate = 1 }));
        var busy = Enumerable.Range(0, 8).Select(n => TryAsync(channel, $"msg_{n}")).ToList();
        for (var (n, served) = (0, 1); n < 3; n++)
        {
            var brief = TryAsync(channel, $"brief_{n}", subscription: 2, timeout: TimeSpan.FromSeconds(3));
            if (!brief.IsCompleted)
            {
                // Its turn is the next one.
                _clock.Advance(TimeSpan.FromSeconds(1));
                Assert.Equal(AttemptOutcome.Delivered, (await brief).Outcome);
                Assert.False(busy[served].IsCompleted);
                continue;
            }
            var wait = (await brief).NotTriedFor!.Value;
            Assert.InRange(wait, TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(1));
            _clock.Advance(TimeSpan.FromSeconds(1));
            await busy[served++];
        }
    }

    [Fact]
    public async Task Without_a_free_connection_an_attempt_is_not_made_and_the_next_provider_is_not_for_that()
    {
        var main = new ScriptedProvider("main", new() { Connections = 1, Then = "backup" }) { Hangs = AttemptStage.Wait };
        var channel = Channel(main, _backup);
        var first = TryAsync(channel, "msg_1");
        var second = TryAsync(channel, "msg_2");
        Assert.False(second.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(3.75));
        var result = await second;
        Assert.Equal((TimeSpan.FromSeconds(1), false), (result.NotTriedFor, result.EndpointTroubled));
        Assert.Equal("main: not tried: no free connection within 3.75s; note.providers.main.connections allows 1", result.Reason);
        Assert.Single(main.Names);
        Assert.Empty(_backup.Names);
        _clock.Advance(TimeOut);
        Assert.Equal(AttemptOutcome.Failed, (await first).Outcome);
        main.Hangs = null;
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel, "msg_2")).Outcome);
    }

    [Fact]
    public async Task An_attempt_that_is_given_up_while_it_waits_leaves_its_place_to_others()
    {
        var channel = Channel(new ScriptedProvider("main", new() { Rate = 1 }));
        await TryAsync(channel, "msg_1");
        using var stop = new CancellationTokenSource();
        var given = channel.TryAsync(AttemptOf("msg_2"), stop.Token).AsTask();
        var other = TryAsync(channel, "msg_3");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(AttemptOutcome.Delivered, (await other).Outcome);
    }

    [Fact]
    public async Task A_pause_without_a_time_is_told_with_the_time_that_it_takes()
    {
        var main = new ScriptedProvider("main", new()) { Answer = ProviderResult.Throttled("slow down", null, 421) };
        var channel = Channel(main);
        Assert.Equal(TimeSpan.FromSeconds(5), (await TryAsync(channel, "msg_1")).RetryAfter);
        main.Answer = ProviderResult.Throttled("slow down", TimeSpan.FromDays(1), 421);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromHours(1), (await TryAsync(channel, "msg_1")).RetryAfter);
    }

    [Fact]
    public async Task A_pause_ends_the_wait_of_those_who_wait_for_a_turn()
    {
        var main = new ScriptedProvider("main", new() { Rate = 1 });
        var channel = Channel(main);
        await TryAsync(channel, "msg_1");
        main.Answer = ProviderResult.Throttled("slow down", TimeSpan.FromSeconds(30), 421);
        var waiting = Enumerable.Range(2, 3).Select(n => TryAsync(channel, $"msg_{n}")).ToList();
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(30), (await waiting[0]).RetryAfter);
        Assert.Equal(TimeSpan.FromSeconds(30), (await waiting[1]).NotTriedFor);
        Assert.Equal(TimeSpan.FromSeconds(30), (await waiting[2]).NotTriedFor);
        Assert.Equal(2, main.Names.Count);
    }

    [Fact]
    public async Task An_attempt_counts_when_a_provider_was_asked_and_comes_again_when_the_other_one_may_be()
    {
        var main = new ScriptedProvider("main", new() { Then = "backup" });
        var channel = Channel(main, _backup);
        main.Answer = ProviderResult.NotSent(AttemptStage.Connect, "connection refused");
        _backup.Answer = ProviderResult.Throttled("slow down", TimeSpan.FromSeconds(20), 421);
        Assert.True((await TryAsync(channel, "msg_1")).EndpointTroubled);
        var result = await TryAsync(channel, "msg_2");
        Assert.Equal((null, TimeSpan.FromSeconds(20), false), (result.NotTriedFor, result.RetryAfter, result.EndpointTroubled));
        Assert.Equal("main: connection refused; backup: not tried: it has asked for a pause of 20s more", result.Reason);
    }

    [Fact]
    public async Task A_message_that_must_wait_for_a_paused_provider_holds_up_no_other_message_of_its_subscription()
    {
        var main = new ScriptedProvider("main", new() { Then = "backup", FailoverWhenThrottled = true });
        var channel = Channel(main, _backup);
        main.Answer = ProviderResult.Unknown("no answer");
        await TryAsync(channel, "doubt");
        main.Answer = ProviderResult.Throttled("slow down", TimeSpan.FromSeconds(20), 421);
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel, "msg_1")).Outcome);
        var result = await TryAsync(channel, "doubt");
        Assert.Equal((null, TimeSpan.FromSeconds(20), false), (result.NotTriedFor, result.RetryAfter, result.EndpointTroubled));
        Assert.Single(_backup.Names);
    }

    private static (AttemptOutcome Outcome, TimeSpan Duration) Told(AttemptResult result) => (result.Outcome, result.Duration);

    private NoteChannel Channel(params ScriptedProvider[] providers) => new(providers, _clock);

    private static Task<AttemptResult> TryAsync(NoteChannel channel, string id, int subscription = 1, TimeSpan? timeout = null) =>
        channel.TryAsync(AttemptOf(id, subscription, timeout), TestContext.Current.CancellationToken).AsTask();

    private static Attempt AttemptOf(string id, int subscription = 1, TimeSpan? timeout = null)
    {
        var attempt = new AttemptSketch
        {
            Endpoint = new("note://main"),
            Payload = """{"text": "hi"}"""u8.ToArray(),
            MessageId = id,
            Timeout = timeout ?? TimeOut,
        }.ToAttempt();
        return attempt with { Subscription = attempt.Subscription with { Number = subscription } };
    }
}
