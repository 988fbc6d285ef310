using System.Diagnostics.Metrics;
using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.Messages.Providers;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging;

namespace Herald.Messages.Tests;

/// <summary>A provider that fails while another one is left, and messages that one of them may have.</summary>
public sealed class ProviderTroubleTests
{
    private readonly ManualClock _clock = new();
    private readonly LineLog _log = new();
    private readonly ScriptedProvider _main = new("main", new() { Then = "backup" }), _backup = new("backup", new());

    [Fact]
    public async Task After_three_hanging_messages_the_others_go_to_the_next_provider_at_once()
    {
        var channel = Channel(_main, _backup);
        _main.Hangs = AttemptStage.Connect;
        for (var n = 0; n < 3; n++)
        {
            var attempt = TryAsync(channel, $"msg_{n}");
            Assert.False(attempt.IsCompleted);
            _clock.Advance(TimeSpan.FromSeconds(7.5));
            Assert.Equal(AttemptOutcome.Delivered, (await attempt).Outcome);
        }
        for (var n = 3; n < 10; n++)
            Assert.Equal((AttemptOutcome.Delivered, TimeSpan.Zero), Told(await TryAsync(channel, $"msg_{n}")));
        Assert.Equal((3, 10), (_main.Names.Count, _backup.Names.Count));
        var line = Assert.Single(_log.Lines);
        Assert.StartsWith(
            "Warning: The provider note.providers.main has failed 3 times in a row: no connection within 7.5s.", line,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_message_looks_whether_it_works_again()
    {
        var channel = Channel(_main, _backup);
        _main.Answer = ProviderResult.NotSent(AttemptStage.Connect, "down");
        for (var n = 0; n < 20; n++)
            await TryAsync(channel, $"msg_{n}");
        Assert.Equal((3, 20), (_main.Names.Count, _backup.Names.Count));
        _clock.Advance(TimeSpan.FromSeconds(10));
        for (var n = 0; n < 20; n++)
            await TryAsync(channel, $"more_{n}");
        Assert.Equal((4, 40), (_main.Names.Count, _backup.Names.Count));

        _main.Answer = ProviderResult.Accepted;
        _clock.Advance(TimeSpan.FromSeconds(10));
        for (var n = 0; n < 5; n++)
            await TryAsync(channel, $"last_{n}");
        Assert.Equal((9, 40), (_main.Names.Count, _backup.Names.Count));
        Assert.Equal(["Warning", "Information"], _log.Lines.Select(line => line.Split(':')[0]));
        Assert.Contains("note.providers.main answers again", _log.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_fails_is_still_tried_by_those_who_have_no_other_one()
    {
        var channel = Channel(_main, _backup);
        _main.Answer = _backup.Answer = ProviderResult.NotSent(AttemptStage.Connect, "down");
        for (var n = 0; n < 4; n++)
            await TryAsync(channel, $"msg_{n}");
        Assert.Equal("main: not tried, because it fails; backup: down", (await TryAsync(channel, "last")).Reason);
        Assert.Equal((3, 5), (_main.Names.Count, _backup.Names.Count));
        Assert.Equal("backup: down", (await TryAsync(channel, "alone", "note://backup")).Reason);
    }

    [Fact]
    public async Task A_provider_that_refuses_messages_does_not_fail()
    {
        var channel = Channel(_main, _backup);
        foreach (var answer in (ProviderResult[])
        [
            ProviderResult.Refused("no such person"),
            new(SendCertainty.NotSent, new() { Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Response, Reason = "policy" }),
        ])
        {
            _main.Answer = answer;
            for (var n = 0; n < 5; n++)
                await TryAsync(channel, $"msg_{n}");
        }
        Assert.Equal(10, _main.Names.Count);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Each_result_of_a_provider_is_counted()
    {
        var counted = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "herald_provider_results_total")
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            var text = string.Join(' ', tags.ToArray().Select(tag => tag.Value));
            lock (counted)
                counted.Add(text);
        });
        listener.Start();
        var odd = new ScriptedProvider("counted", new() { Then = "backup" })
        {
            Answer = ProviderResult.NotSent(AttemptStage.Connect, "down"),
        };
        await TryAsync(Channel(odd, _backup), "msg_1", "note://counted");
        lock (counted)
            Assert.Single(counted, "note counted not-sent");
    }

    [Fact]
    public async Task A_change_of_the_endpoint_ends_the_wait_for_a_provider_that_may_have_the_message()
    {
        var channel = Channel(_main, _backup);
        _main.Answer = ProviderResult.Unknown("no answer");
        await TryAsync(channel, "msg_1");
        _main.Answer = ProviderResult.NotSent(AttemptStage.Connect, "down");
        Assert.Equal("main: down", (await TryAsync(channel, "msg_1")).Reason);
        // Even when the new endpoint leads back to the same provider.
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(channel, "msg_1", "note://backup?then=main", revision: 2)).Outcome);
        Assert.Single(_backup.Names);
    }

    [Theory]
    [InlineData(Redelivery.Redrive)]
    [InlineData(Redelivery.Replay)]
    public async Task A_message_that_an_operator_sends_again_begins_anew_and_is_kept_again(Redelivery redelivery)
    {
        var channel = Channel(_main, _backup);
        _main.Answer = ProviderResult.Unknown("no answer");
        await TryAsync(channel, "msg_1");
        _main.Answer = ProviderResult.NotSent(AttemptStage.Connect, "down");
        _backup.Answer = ProviderResult.Unknown("no answer");
        await TryAsync(channel, "msg_1", number: 1, redelivery: redelivery);
        Assert.Single(_backup.Names);
        // Now the second provider may have it.
        _backup.Answer = ProviderResult.Accepted;
        await TryAsync(channel, "msg_1", number: 2, redelivery: redelivery);
        Assert.Equal((2, 2), (_main.Names.Count, _backup.Names.Count));
    }

    [Fact]
    public async Task A_defect_of_a_provider_leaves_the_doubt_about_its_message()
    {
        var channel = Channel(_main, _backup);
        _main.Throws = new InvalidOperationException("a defect");
        await Assert.ThrowsAsync<InvalidOperationException>(() => TryAsync(channel, "msg_1"));
        (_main.Throws, _main.Answer) = (null, ProviderResult.NotSent(AttemptStage.Connect, "down"));
        Assert.Equal("main: down", (await TryAsync(channel, "msg_1")).Reason);
        Assert.Empty(_backup.Names);
    }

    [Fact]
    public async Task Three_providers_share_the_time_and_what_one_leaves_is_for_the_next()
    {
        var middle = new ScriptedProvider("middle", new() { Then = "backup" }) { Hangs = AttemptStage.Connect };
        var main = new ScriptedProvider("main", new() { Then = "middle" }) { Hangs = AttemptStage.Connect };
        var channel = Channel(main, middle, _backup);
        var attempt = TryAsync(channel, "msg_1");
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Until.HoldsAsync(() => middle.LastTime > TimeSpan.Zero, "the second provider is asked");
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((AttemptOutcome.Delivered, TimeSpan.FromSeconds(10)), Told(await attempt));
        Assert.Equal((5, 5, 5), (main.LastTime.TotalSeconds, middle.LastTime.TotalSeconds, _backup.LastTime.TotalSeconds));

        (main.Hangs, main.Answer) = (null, ProviderResult.NotSent(AttemptStage.Connect, "down"));
        attempt = TryAsync(channel, "msg_2");
        Assert.Equal(7.5, middle.LastTime.TotalSeconds);
        _clock.Advance(TimeSpan.FromSeconds(7.5));
        Assert.Equal(AttemptOutcome.Delivered, (await attempt).Outcome);
    }

    [Fact]
    public async Task With_failover_always_a_refusal_of_the_last_provider_is_the_result()
    {
        var main = new ScriptedProvider("main", new() { Then = "backup", Failover = Failover.Always })
        {
            Answer = ProviderResult.Unknown("no answer"),
        };
        _backup.Answer = ProviderResult.Refused("no such person");
        var result = await TryAsync(Channel(main, _backup), "msg_1");
        Assert.Equal((AttemptOutcome.Rejected, "main: no answer; backup: no such person"), (result.Outcome, result.Reason));
    }

    private static (AttemptOutcome Outcome, TimeSpan Duration) Told(AttemptResult result) => (result.Outcome, result.Duration);

    private NoteChannel Channel(params ScriptedProvider[] providers) => new(providers, _clock, _log);

    private static Task<AttemptResult> TryAsync(
        NoteChannel channel, string id, string endpoint = "note://main", int revision = 1, int number = 1,
        Redelivery redelivery = Redelivery.None)
    {
        var attempt = new AttemptSketch
        {
            Endpoint = new(endpoint),
            Payload = """{"text": "hi"}"""u8.ToArray(),
            MessageId = id,
            Number = number,
            Redelivery = redelivery,
        }.ToAttempt();
        attempt = attempt with { Subscription = attempt.Subscription with { EndpointRevision = revision } };
        return channel.TryAsync(attempt, TestContext.Current.CancellationToken).AsTask();
    }

    private sealed class LineLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
