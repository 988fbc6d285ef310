using System.Buffers;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Leases;
using Herald.Engine.Metrics;
using Herald.Engine.Progress;
using Herald.Engine.Publishing;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Catalogs;
using Herald.Engine.Tests.Events;
using Herald.Engine.Tests.Publishing;
using Herald.Engine.Tests.Shards;
using Herald.Engine.Tests.Stores;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.Engine.Tests.Sending;

/// <summary>One attempt, from its permit to its result: what it sends, and that it gives everything back however it ends.</summary>
public sealed class AttemptRunnerTests : IAsyncLifetime
{
    private const int Room = 1000;
    private readonly ManualClock _clock = new();
    private readonly OneShardLog _log = new();
    private readonly HandChannel _channel = new();
    private readonly RecordingTaker _taker = new();
    private readonly ByteGate _gate = new(Room);
    private readonly EngineMetrics _metrics = new();
    private readonly StartGate _starting = new();
    private readonly Lines _lines = new();
    private readonly TaskCompletionSource<AttemptEnded> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Intake _intake;
    private readonly Catalog _catalog;
    private readonly CatalogCache _cache;
    private readonly TopicHolds _holds = new();
    private readonly ScriptedCatalogStore _store = new(1);
    private readonly PermitLedger _ledger;
    private readonly AttemptRunner _runner;
    private readonly LeaseTerm _term;

    public AttemptRunnerTests()
    {
        var channels = new ChannelSet([_channel]);
        _intake = new Intake(_log, new IntakeOptions(), _clock);
        _ledger = new PermitLedger(10, _clock, new Random(1));
        var store = _store;
        _cache = new CatalogCache(store, _intake.Encoder, 1000, TimeSpan.Zero, _clock, () => long.MaxValue);
        _catalog = new Catalog(store, _log, _cache, channels, _clock, (_, _) => new(true));
        _runner = new AttemptRunner(_cache, channels, new MissingChannels(NullLogger.Instance, _clock), _ledger, _gate, _metrics, _starting, new MessageIds(1), _clock, _lines);
        _term = new LeaseTerm(new Lease(OneShardLog.Shard, 1, TimeSpan.FromSeconds(5)), _clock.GetTimestamp(), _clock);
    }

    private Subscription Subscription => _cache.Snapshot.ByNumber.Values.Single().Subscription;

    public async ValueTask InitializeAsync()
    {
        var topic = await _catalog.PutTopicAsync("t", default);
        await _cache.HoldAsync([topic.Value!.Number], _holds, default);
        await PutAsync("http://one/");
    }

    public ValueTask DisposeAsync()
    {
        _term.Dispose();
        _holds.Dispose();
        _cache.Dispose();
        _ledger.Dispose();
        _metrics.Dispose();
        _starting.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_event_is_sent_with_its_place_its_number_and_its_id_and_the_permit_comes_back_with_the_result()
    {
        var (record, length) = await BeginAsync();
        Run(record, length, sequence: 7, number: 3);
        var tried = await _channel.NextAsync();
        Assert.Equal((7, 3, "hello", Redelivery.None), (tried.Attempt.Sequence, tried.Attempt.Number, tried.Payload, tried.Attempt.Redelivery));
        Assert.Equal(new MessageIds(1).Of("s", tried.Attempt.Event, tried.Attempt.Sequence), tried.Attempt.MessageId);
        Assert.Equal(1, _ledger.InFlight);

        tried.Answer(Results.Status500);
        var ended = await _ended.Task;
        Assert.Equal((Results.Status500, true), (ended.Result, ended.Counted));
        Assert.Equal(_clock.GetUtcNow().ToUnixTimeMilliseconds(), ended.StartedAtMs);
        AssertAllIsGivenBack();
    }

    [Fact]
    public async Task A_message_that_was_too_late_to_be_sent_says_nothing_about_the_endpoint()
    {
        var (record, length) = await BeginAsync();
        Run(record, length);
        (await _channel.NextAsync()).Answer(new AttemptResult { Outcome = AttemptOutcome.Expired, Stage = AttemptStage.Guard });
        var ended = await _ended.Task;
        Assert.Equal((AttemptOutcome.Expired, true), (ended.Result.Outcome, ended.Counted));
        Assert.Equal(EndpointState.Unknown, _ledger.StateOf(Subscription.Number));
        AssertAllIsGivenBack();
    }

    [Fact]
    public async Task The_endpoint_is_that_of_the_moment_it_is_sent()
    {
        var (record, length) = await BeginAsync();
        await PutAsync("http://two/");
        Run(record, length);
        var tried = await _channel.NextAsync();
        Assert.Equal("two", tried.Attempt.Subscription.Endpoint.Address.Host);
        tried.Answer(AttemptResult.Delivered);
        await _ended.Task;
        AssertAllIsGivenBack();
    }

    [Fact]
    public async Task How_an_attempt_at_the_endpoint_before_ended_is_not_held_against_the_present_one()
    {
        for (var key = 0; key < 20; key++)
        {
            var (record, length) = await BeginAsync();
            Run(record, length);
            var tried = await _channel.NextAsync();
            await PutAsync($"http://other{key}/");
            tried.Answer(Results.TimedOut);
        }
        while (_ledger.InFlight > 0)
            await Task.Yield();
        Assert.Equal(16, _ledger.Look(Subscription).Limit);
        AssertAllIsGivenBack();
    }

    [Fact]
    public async Task A_replayed_event_and_a_redrive_are_marked_as_such()
    {
        var (record, length) = await BeginAsync();
        Run(record, length, replayed: true);
        var tried = await _channel.NextAsync();
        Assert.Equal(Redelivery.Replay, tried.Attempt.Redelivery);
        tried.Answer(AttemptResult.Delivered);
        await _ended.Task;

        (record, length) = await BeginAsync();
        record[1] |= (byte)EventFlags.Addressed;
        Run(record, length, replayed: true);
        tried = await _channel.NextAsync();
        Assert.Equal(Redelivery.Redrive, tried.Attempt.Redelivery);
        tried.Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task Nothing_is_sent_for_a_subscription_that_was_paused_meanwhile_and_no_attempt_counts()
    {
        var (record, length) = await BeginAsync();
        await _catalog.PauseAsync("s", default);
        await AssertNothingIsSentAsync(record, length);
    }

    [Fact]
    public async Task Nothing_is_sent_for_a_subscription_that_was_deleted_meanwhile()
    {
        var (record, length) = await BeginAsync();
        var number = Subscription.Number;
        await _catalog.DeleteSubscriptionAsync("s", null, default);
        await AssertNothingIsSentAsync(record, length, number);
    }

    [Fact]
    public async Task Nothing_is_sent_for_a_generation_that_a_replay_has_ended()
    {
        var (record, length) = await BeginAsync();
        await _catalog.ReplayAsync("s", new StartFrom.Earliest(), default);
        await AssertNothingIsSentAsync(record, length);
    }

    [Fact]
    public async Task The_secret_of_the_endpoint_goes_with_the_attempt_and_is_that_of_the_moment_it_is_sent()
    {
        _channel.Secret = new(1, 10, "From 1 to 10 bytes.", () => [1]);
        await PutAsync("http://one/");
        var (record, length) = await BeginAsync();
        Assert.True((await _catalog.RotateSecretAsync("s", new byte[] { 2, 2 }, TimeSpan.FromHours(1), false, default)).Done);
        Run(record, length);
        var tried = await _channel.NextAsync();
        Assert.Equal((2, 1), (tried.Attempt.Secrets.Current.Length, tried.Attempt.Secrets.Previous.Length));
        tried.Answer(AttemptResult.Delivered);
        await _ended.Task;
        AssertAllIsGivenBack();
    }

    [Fact]
    public async Task Nothing_is_sent_without_the_secret_of_the_endpoint()
    {
        _channel.Secret = new(1, 10, "From 1 to 10 bytes.", () => [1]);
        await PutAsync("http://one/");
        var (record, length) = await BeginAsync();
        var there = _store.Records.Single(r => r.Kind == CatalogCodec.SubscriptionKind);
        await _store.ChangeAsync(
            [
                new CatalogWrite(there.Kind, there.Id, there.Parent, null, there.Body),
                new CatalogWrite(CatalogCodec.SecretKind, there.Id, there.Parent, null, "{"u8.ToArray()),
            ],
            default);
        await _cache.RefreshAsync(_store.Version);
        await AssertNothingIsSentAsync(record, length);
    }

    [Fact]
    public async Task An_attempt_given_up_at_the_end_of_the_grace_time_does_not_count()
    {
        var (record, length) = await BeginAsync();
        Run(record, length);
        await _channel.NextAsync();
        _term.GiveUpAttempts();
        Assert.False((await _ended.Task).Counted);
        AssertAllIsGivenBack();
    }

    [Fact]
    public async Task An_attempt_in_flight_is_given_up_uncounted_when_the_lease_runs_out()
    {
        var (record, length) = await BeginAsync();
        Run(record, length);
        await _channel.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False((await _ended.Task).Counted);
        AssertAllIsGivenBack();
    }

    [Fact]
    public async Task Attempts_of_a_subscription_that_is_gone_are_given_up_and_hold_nothing_any_more()
    {
        var (record, length) = await BeginAsync();
        var number = Subscription.Number;
        Run(record, length);
        await _channel.NextAsync();
        _runner.GiveUp(new HashSet<int> { number + 1 });
        Assert.Equal(1, _ledger.InFlight);
        await _catalog.DeleteSubscriptionAsync("s", null, default);
        _runner.GiveUp(new HashSet<int> { number });
        Assert.False((await _ended.Task).Counted);
        AssertAllIsGivenBack();
    }

    [Fact]
    public async Task An_attempt_of_a_paused_subscription_goes_on()
    {
        var (record, length) = await BeginAsync();
        Run(record, length);
        var tried = await _channel.NextAsync();
        await _catalog.PauseAsync("s", default);
        tried.Answer(AttemptResult.Delivered);
        Assert.True((await _ended.Task).Counted);
        AssertAllIsGivenBack();
    }

    [Fact]
    public async Task Nothing_is_sent_when_the_lease_has_run_out_and_no_attempt_counts()
    {
        var (record, length) = await BeginAsync();
        _clock.Advance(TimeSpan.FromSeconds(5));
        await AssertNothingIsSentAsync(record, length);
    }

    [Fact]
    public async Task A_channel_that_throws_against_its_promise_costs_an_attempt_and_no_more()
    {
        var (record, length) = await BeginAsync();
        Run(record, length);
        (await _channel.NextAsync()).Ended.SetException(new InvalidOperationException("a defect"));
        var ended = await _ended.Task;
        Assert.True(ended.Counted);
        Assert.Equal((AttemptOutcome.Failed, "error in the channel: a defect"), (ended.Result.Outcome, ended.Result.Reason));
        Assert.Equal(1, _lines.Count("threw an exception"));
        AssertAllIsGivenBack();
    }

    [Fact]
    public async Task An_attempt_that_the_channel_did_not_make_does_not_count_and_the_next_one_follows_after_the_wait()
    {
        var (record, length) = await BeginAsync();
        Run(record, length);
        (await _channel.NextAsync()).Answer(AttemptResult.NotTried("no turn", TimeSpan.FromMilliseconds(1500.5)));
        Assert.False((await _ended.Task).Counted);
        AssertAllIsGivenBack();
        Assert.Equal(16, _ledger.Look(Subscription).Limit);
        Assert.Equal(EndpointState.Unknown, _ledger.StateOf(Subscription.Number));

        Assert.Equal(0, _ledger.Ask(Subscription, PermitKind.First, 1, _taker));
        _clock.Advance(TimeSpan.FromMilliseconds(1500));
        Assert.Empty(_taker.Granted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Single(_taker.Granted);
    }

    [Fact]
    public async Task A_wait_that_the_channel_of_the_endpoint_before_asked_for_does_not_hold_the_present_one()
    {
        var (record, length) = await BeginAsync();
        Run(record, length);
        var tried = await _channel.NextAsync();
        await PutAsync("http://two/");
        tried.Answer(AttemptResult.NotTried("no turn", TimeSpan.FromHours(1)));
        await _ended.Task;
        AssertAllIsGivenBack();
        Assert.Equal(1, _ledger.Ask(Subscription, PermitKind.First, 1, _taker));
    }

    [Fact]
    public async Task A_payload_with_an_unknown_key_is_not_sent_and_the_attempt_fails_with_the_reason()
    {
        var (record, length) = await BeginAsync(keyId: 7);
        Run(record, length);
        var ended = await _ended.Task;
        Assert.True(ended.Counted);
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Guard), (ended.Result.Outcome, ended.Result.Stage));
        Assert.Equal("The payload is encrypted with key 7, which this node does not know.", ended.Result.Reason);
        Assert.Equal(0, _channel.Waiting);
        AssertAllIsGivenBack();
    }

    [Fact]
    public async Task What_is_withdrawn_gives_back_its_permit_and_its_bytes()
    {
        var (record, length) = await BeginAsync();
        ArrayPool<byte>.Shared.Return(record);
        _runner.Withdraw(Start(), length);
        AssertAllIsGivenBack();
    }

    private async Task AssertNothingIsSentAsync(byte[] record, int length, int? number = null)
    {
        Run(record, length, subscription: number);
        var ended = await _ended.Task;
        Assert.False(ended.Counted);
        Assert.Equal(0, _channel.Waiting);
        AssertAllIsGivenBack();
    }

    private void AssertAllIsGivenBack()
    {
        Assert.Equal(0, _ledger.InFlight);
        Assert.True(_gate.EnterAsync(999, Room).AsTask().IsCompletedSuccessfully, "bytes are still held");
    }

    private StartAttempt Start(long sequence = 1, int number = 1, bool replayed = false, int? subscription = null) =>
        new(subscription ?? Subscription.Number, 1, 0, new LaneItem(sequence, 0, 10), number, PermitKind.First, replayed);

    private void Run(byte[] record, int length, long sequence = 1, int number = 1, bool replayed = false, int? subscription = null) =>
        _runner.Run(Start(sequence, number, replayed, subscription), record, length, _term, _taker, end => _ended.TrySetResult(end));

    /// <summary>Takes a permit, room for the payload, and the event, as a shard does when it starts an attempt.</summary>
    private async Task<(byte[] Record, int Length)> BeginAsync(int keyId = 0)
    {
        using var batch = _intake.Rent((await _catalog.FindTopicAsync("t", default))!);
        Assert.Null(new SampleEvent { Key = "k", Payload = "hello"u8.ToArray() }.AddTo(batch));
        await _intake.PublishAsync(batch);
        var stored = keyId == 0 ? batch[0].Record.ToArray() : EncryptedRecord.Of(batch[0].Record.Span, keyId);
        var length = stored.Length;
        var record = ArrayPool<byte>.Shared.Rent(length);
        stored.CopyTo(record, 0);
        _ledger.Ask(Subscription, PermitKind.First, 1, _taker);
        await _runner.EnterAsync(Subscription.Number, length);
        return (record, length);
    }

    private async Task PutAsync(string endpoint)
    {
        var draft = new SubscriptionDraft { Id = "s", Topic = "t", Endpoint = endpoint };
        Assert.True((await _catalog.PutSubscriptionAsync(draft, new StartFrom.Now(), null, default)).Done);
    }
}
