using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.Messages.Providers;
using Herald.TestKit.Time;

namespace Herald.Messages.Tests;

public sealed class ProviderChainTests
{
    private static readonly AttemptResult Transient =
        new() { Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Response, Reason = "mailbox is full" };

    private readonly ManualClock _clock = new();
    private readonly ScriptedProvider _main = new("main", new() { Then = "backup" }), _backup = new("backup", new());

    [Theory]
    [InlineData(SendCertainty.Accepted, "main")]
    [InlineData(SendCertainty.Refused, "main")]
    [InlineData(SendCertainty.Unknown, "main")]
    [InlineData(SendCertainty.Throttled, "main")]
    [InlineData(SendCertainty.NotTried, "main")]
    [InlineData(SendCertainty.NotSent, "main, backup")]
    public async Task The_next_provider_is_used_only_on_proof_that_nothing_was_sent(SendCertainty certainty, string used)
    {
        _main.Answer = ResultOf(certainty);
        var channel = Channel();

        var result = await TryAsync(channel);

        Assert.Equal(used, string.Join(", ", _main.Names.Concat(_backup.Names)));
        Assert.Equal(used != "main" || certainty == SendCertainty.Accepted, result.Outcome == AttemptOutcome.Delivered);
    }

    [Fact]
    public async Task A_provider_that_may_have_the_message_keeps_it_until_it_answers()
    {
        var channel = Channel();
        _main.Answer = ProviderResult.Unknown("no answer");
        await TryAsync(channel);
        // That the provider is gone now proves nothing about the first attempt.
        _main.Answer = ProviderResult.NotSent(AttemptStage.Connect, "connection refused");
        Assert.Equal("main: connection refused", (await TryAsync(channel)).Reason);
        Assert.Empty(_backup.Names);
        // Other messages have no such past.
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel, Sketch with { MessageId = "msg_2" })).Outcome);
        Assert.Single(_backup.Names);

        _main.Answer = ProviderResult.Accepted;
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel)).Outcome);
        // A redrive later is a new story.
        _main.Answer = ProviderResult.NotSent(AttemptStage.Connect, "connection refused");
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel)).Outcome);
        Assert.Equal(2, _backup.Names.Count);
    }

    [Fact]
    public async Task With_failover_always_the_next_provider_is_used_on_doubt_too()
    {
        var main = new ScriptedProvider("main", new() { Then = "backup", Failover = Failover.Always })
        {
            Answer = ProviderResult.Unknown("x"),
        };
        var channel = Channel(main, _backup);
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel)).Outcome);
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel)).Outcome);
        Assert.Equal((2, 2), (main.Names.Count, _backup.Names.Count));
    }

    [Fact]
    public async Task A_pause_slows_one_provider_and_lets_the_next_one_work_only_if_the_setting_says_so()
    {
        var main = new ScriptedProvider("main", new() { Then = "backup", FailoverWhenThrottled = true })
        {
            Answer = ProviderResult.Throttled("slow down", TimeSpan.FromSeconds(30), 429),
        };
        var channel = Channel(main, _backup);
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel)).Outcome);
        // It is not even asked during its pause.
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel)).Outcome);
        Assert.Equal((1, 2), (main.Names.Count, _backup.Names.Count));
        _clock.Advance(TimeSpan.FromSeconds(30));
        main.Answer = ProviderResult.Accepted;
        await TryAsync(channel);
        Assert.Equal((2, 2), (main.Names.Count, _backup.Names.Count));
    }

    [Fact]
    public async Task During_a_pause_nothing_is_tried_and_the_result_says_how_long_it_lasts()
    {
        _main.Answer = ProviderResult.Throttled("slow down", TimeSpan.FromSeconds(30), 429);
        var channel = Channel();
        var first = await TryAsync(channel);
        Assert.Equal((TimeSpan.FromSeconds(30), 429, true), (first.RetryAfter, first.StatusCode, first.EndpointTroubled));
        _clock.Advance(TimeSpan.FromSeconds(10));
        var second = await TryAsync(channel);
        Assert.Equal((TimeSpan.FromSeconds(20), false), (second.NotTriedFor, second.EndpointTroubled));
        Assert.Equal("main: not tried: it has asked for a pause of 20s more", second.Reason);
        Assert.Single(_main.Names);
    }

    [Fact]
    public async Task A_provider_that_hangs_before_it_has_the_message_leaves_time_for_the_next_one()
    {
        _main.Hangs = AttemptStage.Connect;
        var attempt = TryAsync(Channel()); // Its time-out is 15 s.
        _clock.Advance(TimeSpan.FromSeconds(7.5));
        var result = await attempt;
        Assert.Equal((AttemptOutcome.Delivered, TimeSpan.FromSeconds(7.5)), (result.Outcome, result.Duration));
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public async Task A_provider_that_may_have_the_message_gets_all_the_time()
    {
        _main.Hangs = AttemptStage.Wait;
        var attempt = TryAsync(Channel());
        _clock.Advance(TimeSpan.FromSeconds(15) - TimeSpan.FromTicks(1));
        Assert.False(attempt.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));
        var result = await attempt;
        Assert.Equal(("main: no answer within 15s", AttemptStage.Wait), (result.Reason, result.Stage));
        Assert.Empty(_backup.Names);
    }

    [Fact]
    public async Task An_attempt_that_is_given_up_after_the_message_may_have_arrived_is_remembered()
    {
        var channel = Channel();
        _main.Hangs = AttemptStage.Wait;
        using var stop = new CancellationTokenSource();
        var attempt = channel.TryAsync(Sketch.ToAttempt(), stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt);
        (_main.Hangs, _main.Answer) = (null, ProviderResult.NotSent(AttemptStage.Connect, "down"));
        await TryAsync(channel);
        Assert.Empty(_backup.Names);
    }

    [Fact]
    public async Task The_reason_names_each_provider_that_was_tried()
    {
        _main.Answer = ProviderResult.NotSent(AttemptStage.Connect, "connection\r\nrefused");
        _backup.Answer = new(SendCertainty.Refused, Transient);
        Assert.Equal("main: connection  refused; backup: mailbox is full", (await TryAsync(Channel())).Reason);
    }

    [Fact]
    public async Task An_endpoint_can_name_the_next_provider_and_the_recipient()
    {
        var other = new ScriptedProvider("other", new());
        _main.Answer = ProviderResult.NotSent(AttemptStage.Connect, "down");
        var channel = Channel(_main, _backup, other);
        var endpoint = new Uri("note://main/ann%20b@example.com?then=other");
        await TryAsync(channel, Sketch with { Endpoint = endpoint, Payload = "\"hi\""u8.ToArray() });
        Assert.Empty(_backup.Names);
        Assert.Equal("ann b@example.com", other.LastTo);
        await TryAsync(channel, Sketch with { Endpoint = new("note://backup/x"), Payload = """{"txt": "a", "to": "y"}"""u8.ToArray() });
        Assert.Equal("y", _backup.LastTo);
    }

    [Fact]
    public async Task An_expired_message_is_not_sent()
    {
        var channel = Channel();
        var payload = """{"text": "a", "expires": "2030-01-02T03:04:05Z"}"""u8.ToArray();
        var result = await TryAsync(channel, Sketch with { Payload = payload });
        Assert.Equal(AttemptOutcome.Rejected, result.Outcome);
        Assert.Equal("expires '2030-01-02T03:04:05.000Z': The message has expired, so it was not sent.", result.Reason);
        Assert.Empty(_main.Names);
    }

    [Fact]
    public async Task A_provider_that_the_settings_have_no_more_is_trouble_and_loses_nothing()
    {
        var result = await TryAsync(Channel(), Sketch with { Endpoint = new("note://gone") });
        Assert.Equal((AttemptOutcome.Failed, true), (result.Outcome, result.EndpointTroubled));
        Assert.Equal("provider 'gone' is not in note.providers", result.Reason);
    }

    [Theory]
    [InlineData("note://main", null)]
    [InlineData("note://main/ann@example.com?then=backup", null)]
    [InlineData("http://main", "is no note endpoint")]
    [InlineData("note://user:pass@main", "has a part before @")]
    [InlineData("note://main:25", "has a part that is not allowed")]
    [InlineData("note://main#x", "has a part that is not allowed")]
    [InlineData("note://main?next=backup", "has a part that is not allowed")]
    [InlineData("note://spare", "'spare' is not in note.providers, which has backup, main")]
    [InlineData("note://main?then=spare", "'spare' is not in note.providers")]
    [InlineData("note://main?then=main", "names one provider twice")]
    [InlineData("note://main/nobody", "'nobody': There is no such person.")]
    public void An_endpoint_is_checked(string endpoint, string? problem)
    {
        var refusal = Channel().Refuse(new(endpoint));
        Assert.Equal(problem is null, refusal is null);
        Assert.DoesNotContain("pass", refusal ?? "", StringComparison.Ordinal);
        if (problem is not null)
            Assert.Contains(problem, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Providers_that_lead_nowhere_or_in_a_circle_are_refused()
    {
        var providers = new Dictionary<string, ProviderOptions>
        {
            ["a"] = new NoteOptions { Then = "b" },
            ["b"] = new NoteOptions { Then = "c" },
            ["c"] = new NoteOptions { Then = "b" },
            ["d"] = new NoteOptions { Then = "e" },
        };
        var problems = ProviderRules.Broken("note", providers).ToDictionary(problem => problem.Setting, problem => problem.Rule);
        Assert.Equal(["providers.b.then", "providers.c.then", "providers.d.then"], problems.Keys.Order());
        Assert.Contains("note.providers.e", problems["providers.d.then"], StringComparison.Ordinal);
    }

    private static AttemptSketch Sketch => new() { Endpoint = new("note://main"), Payload = """{"text": "hi"}"""u8.ToArray() };

    private static ProviderResult ResultOf(SendCertainty certainty) => certainty switch
    {
        SendCertainty.Accepted => ProviderResult.Accepted,
        SendCertainty.NotSent => ProviderResult.NotSent(AttemptStage.Connect, "down"),
        SendCertainty.Throttled => ProviderResult.Throttled("slow down", null),
        SendCertainty.Refused => ProviderResult.Refused("no such person"),
        SendCertainty.Unknown => ProviderResult.Unknown("no answer"),
        SendCertainty.NotTried => ProviderResult.NotTried("no turn", TimeSpan.FromSeconds(1)),
    };

    private NoteChannel Channel() => Channel(_main, _backup);

    private NoteChannel Channel(params ScriptedProvider[] providers) => new(providers, _clock);

    private static Task<AttemptResult> TryAsync(NoteChannel channel, AttemptSketch? sketch = null) =>
        channel.TryAsync((sketch ?? Sketch).ToAttempt(), TestContext.Current.CancellationToken).AsTask();
}
