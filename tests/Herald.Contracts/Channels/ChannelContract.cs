using System.Text;
using Herald.Engine.Channels;
using Xunit;

namespace Herald.Contracts.Channels;

/// <summary>The contract of every channel, whatever it delivers over.</summary>
public abstract class ChannelContract : IAsyncLifetime
{
    private ChannelHarness _harness = null!;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    private AttemptSketch Sketch => new() { Endpoint = _harness.Endpoint };

    protected abstract Task<ChannelHarness> CreateAsync();

    public async ValueTask InitializeAsync() => _harness = await CreateAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _harness.DisposeAsync();
    }

    [Fact]
    public void It_names_its_schemes_in_lower_case()
    {
        Assert.NotEmpty(_harness.Channel.Schemes);
        Assert.All(_harness.Channel.Schemes, scheme => Assert.Equal(new Uri($"{scheme}://x").Scheme, scheme));
        Assert.Contains(_harness.Endpoint.Scheme, _harness.Channel.Schemes);
    }

    [Fact]
    public void It_takes_a_good_endpoint_and_says_in_one_line_what_is_wrong_with_a_bad_one()
    {
        Assert.Null(_harness.Channel.Refuse(_harness.Endpoint));
        AssertOneLine(_harness.Channel.Refuse(_harness.ImpossibleEndpoint));
        AssertOneLine(_harness.Channel.Refuse(new Uri("gopher://example.com/")));
    }

    [Fact]
    public void It_knows_each_setting_once_and_says_in_one_line_what_is_allowed()
    {
        var settings = _harness.Channel.Settings;
        Assert.Equal(settings.Select(setting => setting.Name).Distinct(StringComparer.Ordinal), settings.Select(setting => setting.Name));
        Assert.All(settings, setting => AssertOneLine(setting.Rule));
    }

    [Fact]
    public void A_secret_that_it_makes_keeps_its_own_rules_and_is_another_one_each_time()
    {
        if (_harness.Channel.Secret is not { } rules)
            return;
        AssertOneLine(rules.Rule);
        Assert.False(rules.Accepts(new byte[rules.Shortest - 1]));
        Assert.False(rules.Accepts(new byte[rules.Longest + 1]));
        if (rules.Draw is not { } draw)
            return;
        var (one, other) = (draw(), draw());
        Assert.True(rules.Accepts(one));
        Assert.NotEqual(one, other);
    }

    [Fact]
    public async Task A_delivery_brings_the_payload_as_published_under_its_message_id()
    {
        var result = await TryAsync(Sketch with { Payload = "ünchanged \0 bytes"u8.ToArray(), MessageId = "msg_1-a" });

        Assert.Equal(AttemptOutcome.Delivered, result.Outcome);
        Assert.Empty(result.Reason);
        Assert.False(result.EndpointTroubled);
        var (id, payload) = await _harness.NextAsync(TestEnd);
        Assert.Equal("msg_1-a", id);
        Assert.Equal("ünchanged \0 bytes"u8.ToArray(), payload);
    }

    [Fact]
    public async Task A_payload_may_be_empty_or_as_large_as_receivers_take()
    {
        var large = new byte[_harness.LargestPayload];
        new Random(7).NextBytes(large);

        foreach (var payload in (byte[][])[[], large])
        {
            var result = await TryAsync(Sketch with { Payload = payload });
            Assert.Equal(AttemptOutcome.Delivered, result.Outcome);
            Assert.Equal(payload, (await _harness.NextAsync(TestEnd)).Payload);
        }
    }

    [Fact]
    public async Task Every_attempt_carries_the_same_message_id()
    {
        _harness.Behave(ReceiverMood.Failing);
        await TryAsync(Sketch with { Number = 1 });
        _harness.Behave(ReceiverMood.Accepting);
        await TryAsync(Sketch with { Number = 2 });
        await TryAsync(Sketch with { Number = 1, Redelivery = Redelivery.Redrive, Sequence = 9 });

        var first = (await _harness.NextAsync(TestEnd)).MessageId;
        Assert.Equal(first, (await _harness.NextAsync(TestEnd)).MessageId);
        Assert.Equal(first, (await _harness.NextAsync(TestEnd)).MessageId);
    }

    [Fact]
    public async Task A_failing_receiver_is_a_result_with_a_reason()
    {
        _harness.Behave(ReceiverMood.Failing);

        var result = await TryAsync(Sketch);

        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        AssertOneLine(result.Reason);
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_a_result_and_says_that_the_endpoint_is_troubled()
    {
        var result = await TryAsync(Sketch with { Endpoint = _harness.UnreachableEndpoint });

        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.True(result.EndpointTroubled);
        AssertOneLine(result.Reason);
    }

    [Fact]
    public async Task A_receiver_that_never_answers_ends_at_the_time_out_and_not_before()
    {
        _harness.Behave(ReceiverMood.Hanging);

        var attempt = _harness.Channel.TryAsync(AttemptOf(Sketch with { Timeout = TimeSpan.FromSeconds(20) }), TestEnd).AsTask();
        await _harness.NextAsync(TestEnd);
        _harness.Clock.Advance(TimeSpan.FromSeconds(20) - TimeSpan.FromTicks(1));
        Assert.False(attempt.IsCompleted);
        _harness.Clock.Advance(TimeSpan.FromTicks(1));

        var result = await attempt;
        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.Equal(AttemptStage.Wait, result.Stage);
        Assert.Equal(TimeSpan.FromSeconds(20), result.Duration);
        Assert.True(result.EndpointTroubled);
        AssertOneLine(result.Reason);
    }

    [Fact]
    public async Task Time_is_left_alone_once_an_attempt_has_ended()
    {
        await TryAsync(Sketch);

        Assert.Equal(0, _harness.Clock.ArmedTimers);
    }

    [Fact]
    public async Task It_is_cancelled_when_the_node_stops()
    {
        _harness.Behave(ReceiverMood.Hanging);
        using var stop = new CancellationTokenSource();

        var attempt = _harness.Channel.TryAsync(AttemptOf(Sketch), stop.Token).AsTask();
        await _harness.NextAsync(TestEnd);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt);
    }

    [Fact]
    public async Task Attempts_side_by_side_do_not_mix()
    {
        const int Count = 200;
        var attempts = Enumerable.Range(0, Count)
            .Select(n => TryAsync(Sketch with { MessageId = $"msg_{n}", Payload = Encoding.UTF8.GetBytes($"payload {n}") }));
        var results = await Task.WhenAll(attempts);
        Assert.All(results, result => Assert.Equal(AttemptOutcome.Delivered, result.Outcome));

        var received = new Dictionary<string, string>();
        for (var n = 0; n < Count; n++)
        {
            var (id, payload) = await _harness.NextAsync(TestEnd);
            received.Add(id, Encoding.UTF8.GetString(payload));
        }
        Assert.All(Enumerable.Range(0, Count), n => Assert.Equal($"payload {n}", received[$"msg_{n}"]));
    }

    [Fact]
    public async Task A_receiver_that_recovers_is_delivered_to()
    {
        _harness.Behave(ReceiverMood.Failing);
        Assert.Equal(AttemptOutcome.Failed, (await TryAsync(Sketch)).Outcome);
        _harness.Behave(ReceiverMood.Accepting);
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(Sketch)).Outcome);
    }

    private Task<AttemptResult> TryAsync(AttemptSketch sketch) => _harness.Channel.TryAsync(AttemptOf(sketch), TestEnd).AsTask();

    private Attempt AttemptOf(AttemptSketch sketch) => (sketch with { Payload = _harness.PayloadOf(sketch.Payload) }).ToAttempt();

    private static void AssertOneLine(string? text)
    {
        Assert.False(string.IsNullOrWhiteSpace(text));
        Assert.DoesNotContain('\n', text);
    }
}
