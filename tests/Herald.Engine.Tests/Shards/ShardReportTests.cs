using System.Text;
using System.Text.Json;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Publishing;
using Herald.Engine.Reports;
using Herald.Engine.Retrying;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Sending;
using Herald.Engine.Tests.Stores;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>Each settled delivery of a kind that its subscription reports has one report, in the commit that settles it.</summary>
public sealed class ShardReportTests : IAsyncDisposable
{
    private static readonly AttemptResult Refused = Results.Status500 with
    {
        Outcome = AttemptOutcome.Rejected,
        Reason = "no such user",
        Answer = new string('ä', 400),
        RecipientGone = true,
    };

    private static readonly AttemptResult Gone = new()
    {
        Outcome = AttemptOutcome.EndpointGone,
        Stage = AttemptStage.Response,
        StatusCode = 410,
        Reason = "gone",
        Answer = "moved away",
    };

    private readonly HostScene _scene = new();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_success_is_reported_in_the_commit_that_saves_it_and_the_key_goes_on_after_it()
    {
        var isAway = true;
        _scene.Store.Fault = _ => isAway ? new StoreUnavailableException("The test's store is away.") : null;
        await StartAsync(ReportKinds.All);
        await _scene.PublishAsync(["one", "two"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered with { StatusCode = 204 });
        while (!await _scene.Host.CallAsync(machine => machine.States.Values.Any(s => s.Lanes.Values.Any(l => l.State == LaneState.Settling)), default))
            await Task.Yield();
        await _scene.RoundsAsync(3);
        Assert.Equal(0, _scene.Channel.Waiting);
        isAway = false;
        var commit = await _scene.WhenStoredAsync(c => c.Emitted.Count > 0);
        var (view, body) = Read(commit);
        Assert.Equal(("reports", "delivered", "k", $"herald/report/{Number()}/1/0/1"), (view.TopicText, view.TypeText, view.KeyText, view.IdText));
        Assert.Equal(EventFlags.Emitted | EventFlags.Keyed, view.Flags);
        Assert.Equal("s", Assert.Single(view.AttributesText(), one => one.Key == "subscription").Value);
        Assert.Equal(("s", "t", "k", "delivered"), (Text(body, "subscription"), Text(body, "topic"), Text(body, "key"), Text(body, "kind")));
        Assert.Equal((0, 1, 1, 204), (Number(body, "shard"), Number(body, "sequence"), Number(body, "attempts"), Number(body, "statusCode")));
        Assert.True(DateTimeOffset.Parse(Text(body, "firstAttemptAt")!, null) <= DateTimeOffset.Parse(Text(body, "settledAt")!, null));
        Assert.All(["reason", "detail", "answer", "recipientGone", "deadLetter", "original"], name => Assert.False(body.TryGetProperty(name, out _), name));
        var saved = SavedProgress.Of([.. _scene.Store.Commits.TakeWhile(c => c.Number <= commit.Number).Select(c => c.Progress)]);
        Assert.Equal(2, Assert.Single(saved.States.Values.SelectMany(s => s.Lanes.Values).SelectMany(l => l.Items)).Sequence);
        Assert.Empty(Skips(commit));
        await _scene.ExpectAsync("two");
    }

    [Fact]
    public async Task A_subscription_without_reports_of_a_success_does_not_wait_for_a_commit()
    {
        _scene.Store.Fault = _ => new StoreUnavailableException("The test's store is away.");
        await StartAsync(ReportKinds.All & ~ReportKinds.Delivered);
        await _scene.PublishAsync(["one", "two"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        (await _scene.ExpectAsync("two")).Answer(AttemptResult.Delivered);
        _scene.Store.Fault = _ => null;
        await _scene.WhenStoredAsync(_ => true);
        Assert.All(_scene.Store.Commits, commit => Assert.Empty(commit.Emitted));
    }

    [Fact]
    public async Task A_dead_letter_is_reported_with_its_id_and_with_what_the_receiver_answered()
    {
        await StartAsync(ReportKinds.Exhausted);
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(Refused);
        var commit = await _scene.Store.WhenAsync(c => c.DeadLetters.Count > 0);
        var (view, body) = Read(commit);
        Assert.Equal("exhausted", view.TypeText);
        Assert.Equal((RetryDecision.Rejected, "no such user", $"dl_0_{Number()}_1_1"), (Text(body, "reason"), Text(body, "detail"), Text(body, "deadLetter")));
        Assert.Equal(commit.DeadLetters[0].Id.ToText(), Text(body, "deadLetter"));
        Assert.Equal(new string('ä', 256), Text(body, "answer"));
        Assert.True(body.GetProperty("recipientGone").GetBoolean());
        Assert.Equal(1, Number(body, "attempts"));
    }

    [Theory]
    [InlineData(ReportKinds.All, false, "forwarded")]
    [InlineData(ReportKinds.Exhausted, false, null)]
    [InlineData(ReportKinds.All, true, "exhausted")]
    [InlineData(ReportKinds.Exhausted, true, "exhausted")]
    [InlineData(ReportKinds.Forwarded, true, null)]
    public async Task A_forward_is_reported_as_what_it_becomes(ReportKinds on, bool isTopicGone, string? kind)
    {
        await _scene.Catalog.PutTopicAsync("other", default);
        await StartAsync(on, new RetryPolicy { MaxAttempts = 1, OnExhausted = OnExhausted.Forward, ForwardTo = "other" });
        if (isTopicGone)
            await _scene.Catalog.DeleteTopicAsync("other", force: true, default);
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        var commit = await _scene.Store.WhenAsync(c => c.DeadLetters.Count + c.Emitted.Count > 0);
        var reports = commit.Emitted.Select(one => new EventView(one.Record)).Where(ReportRules.IsReport).ToList();
        Assert.Equal(kind is null ? [] : [kind], reports.Select(one => one.TypeText));
        Assert.Equal(isTopicGone, commit.DeadLetters.Count == 1);
        if (kind == "exhausted")
            Assert.Equal(EventCopier.TopicGone, Text(Body(reports[0]), "reason"));
    }

    [Fact]
    public async Task An_event_that_becomes_too_old_before_its_next_attempt_is_reported_as_expired()
    {
        var waits = new RetryWaits.Schedule([TimeSpan.FromSeconds(2)], 0);
        await StartAsync(ReportKinds.All, RetryPolicy.Default with { Waits = waits, Ttl = TimeSpan.FromSeconds(1) });
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        var (view, body) = Read(await _scene.WhenStoredAsync(c => c.Emitted.Count > 0));
        Assert.Equal(("expired", "k"), (view.TypeText, view.KeyText));
        Assert.Equal((DeliveryReport.Ttl, 1), (Text(body, "reason"), Number(body, "attempts")));
        Assert.False(body.TryGetProperty("statusCode", out _));
    }

    [Fact]
    public async Task A_message_that_its_channel_finds_too_old_is_reported_as_expired()
    {
        await StartAsync(ReportKinds.Expired);
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(new AttemptResult { Outcome = AttemptOutcome.Expired, Stage = AttemptStage.Guard, Reason = "too old" });
        var (view, body) = Read(await _scene.Store.WhenAsync(c => c.Emitted.Count > 0));
        Assert.Equal(("expired", DeliveryReport.TooLate, "too old"), (view.TypeText, Text(body, "reason"), Text(body, "detail")));
    }

    [Theory]
    [InlineData(true, "exhausted", DeadLetterReason.Damaged)]
    [InlineData(false, "expired", DeliveryReport.EventGone)]
    public async Task A_report_about_an_event_that_cannot_be_read_has_no_key(bool isDamaged, string kind, string reason)
    {
        await StartAsync(ReportKinds.All);
        await _scene.PublishAsync(["one", "two"]);
        var tried = await _scene.ExpectAsync("one");
        if (isDamaged)
            _scene.Log.Damage(2);
        else
            _scene.Log.Free(below: 3);
        tried.Answer(AttemptResult.Delivered);
        var (view, body) = Read(await _scene.Store.WhenAsync(c => c.Emitted.Any(one => new EventView(one.Record).TypeText == kind)));
        Assert.Equal((false, reason, 2), (view.HasKey, Text(body, "reason"), Number(body, "sequence")));
        Assert.False(body.TryGetProperty("event", out _));
    }

    [Fact]
    public async Task A_discarded_event_is_reported_in_the_commit_that_its_order_waits_for()
    {
        await StartAsync(ReportKinds.All, RetryPolicy.Default with { MaxAttempts = 1, OnExhausted = OnExhausted.Hold });
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        Task saved;
        while (true)
        {
            (var done, saved) = await _scene.Host.ReleaseAsync(new ReleaseOrder(OneShardLog.Shard, Number(), 1, Discard: true, "ops"), default);
            if (done)
                break;
            await Task.Yield();
        }
        await saved.WaitAsync(TestContext.Current.CancellationToken);
        var (view, body) = Read(_scene.Store.Commits.Single(c => c.Emitted.Count > 0));
        Assert.Equal(("discarded", "ops", 1), (view.TypeText, Text(body, "detail"), Number(body, "attempts")));
    }

    [Fact]
    public async Task A_success_after_a_redrive_is_reported_as_recovered()
    {
        await StartAsync(ReportKinds.Recovered);
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        var first = new CopySink();
        long[] sequences = [1];
        await _scene.Log.ReadEventsAsync(OneShardLog.Shard, sequences, first, default);
        await AppendAsync(topic => Copier.Address(new EventView(first.Record), topic.Number, "s", 1));
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        var (view, body) = Read(await _scene.Store.WhenAsync(c => c.Emitted.Count > 0));
        Assert.Equal(("recovered", 2, 1), (view.TypeText, Number(body, "sequence"), Number(body, "original")));
    }

    [Fact]
    public async Task There_is_no_report_about_a_report()
    {
        await StartAsync(ReportKinds.All);
        var other = new DeadLetterId(OneShardLog.Shard, 77, 1, 5);
        var by = (await _scene.Catalog.FindSubscriptionAsync("s", default))!;
        await AppendAsync(topic => Writer.Write(topic, by, other, new DeliveryReport(new ReportRequest("t", ReportKinds.All), ReportKinds.Delivered), null, 5));
        await _scene.PublishAsync(["a publisher's event"]);
        (await _scene.Channel.NextAsync()).Answer(AttemptResult.Delivered);
        (await _scene.ExpectAsync("a publisher's event")).Answer(AttemptResult.Delivered);
        var (_, body) = Read(await _scene.Store.WhenAsync(c => c.Emitted.Count > 0));
        Assert.Equal(2, Number(body, "sequence"));
        Assert.Equal(1, _scene.Store.Commits.Sum(c => c.Emitted.Count));
    }

    [Fact]
    public async Task A_report_without_its_topic_is_counted_and_the_key_goes_on()
    {
        await StartAsync(ReportKinds.All);
        await _scene.Catalog.DeleteTopicAsync("reports", force: true, default);
        await _scene.PublishAsync(["one", "two"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        await _scene.ExpectAsync("two");
        Assert.All(_scene.Store.Commits, commit => Assert.Empty(commit.Emitted));
        await _scene.Lines.WhenAsync("topic 'reports' does not exist");
    }

    [Fact]
    public async Task A_report_that_the_store_does_not_take_is_counted_and_the_key_goes_on()
    {
        _scene.Store.Emitting = _ => new Appended(Verdict.NoRoom, 0);
        await StartAsync(ReportKinds.All);
        await _scene.PublishAsync(["one", "two"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        await _scene.ExpectAsync("two");
        await _scene.Lines.WhenAsync($"herald/report/{Number()}/1/0/1 was not made");
    }

    [Fact]
    public async Task A_full_store_gets_the_same_commit_again_without_its_history_and_with_its_report()
    {
        var refusals = 0;
        _scene.Store.Fault = _ => _scene.Store.Asked[^1].Emitted.Count > 0 && refusals++ < 2 ? new StoreFullException("The test's store is full.") : null;
        await StartAsync(ReportKinds.All);
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        var stored = await _scene.WhenStoredAsync(c => c.Emitted.Count > 0);
        var asked = _scene.Store.Asked.Where(c => c.Emitted.Count > 0).ToList();
        Assert.Equal(3, asked.Count);
        Assert.Null(stored.History);
        Assert.All(asked, one => Assert.Equal((stored.Number, stored.Emitted), (one.Number, one.Emitted)));
    }

    [Fact]
    public async Task Reports_that_are_too_many_for_one_commit_go_with_the_deliveries_that_they_are_about()
    {
        const int keys = 5;
        await using var scene = new HostScene(mostCommitBytes: DeliveryReport.Bytes);
        var isAway = true;
        scene.Store.Fault = _ => isAway ? new StoreUnavailableException("The test's store is away.") : null;
        await scene.Catalog.PutTopicAsync("reports", default);
        await scene.StartAsync(draft => draft with { Reports = new ReportRequest("reports", ReportKinds.All) });
        await scene.PublishAsync([.. Enumerable.Range(0, keys).Select(i => $"{i}")], i => $"key {i}");
        for (var i = 0; i < keys; i++)
            (await scene.Channel.NextAsync()).Answer(AttemptResult.Delivered);
        while (!await scene.Host.CallAsync(m => m.States.Values.Sum(s => s.Lanes.Values.Count(l => l.State == LaneState.Settling)) == keys, default))
            await Task.Yield();
        var saved = scene.Host.SaveAsync().AsTask();
        await scene.RoundsAsync(1);
        isAway = false;
        await scene.WhenStoredAsync(_ => scene.Store.Commits.Sum(c => c.Emitted.Count) == keys);
        await saved.WaitAsync(TestContext.Current.CancellationToken);
        var commits = scene.Store.Commits;
        Assert.All(commits, commit => Assert.InRange(commit.Emitted.Count, 0, 1));
        for (var count = 1; count <= commits.Length; count++)
        {
            var known = SavedProgress.Of([.. commits[..count].Select(one => one.Progress)]);
            if (known.Routed == keys)
                Assert.Equal(keys - commits[..count].Sum(c => c.Emitted.Count), known.States.Values.Sum(state => state.Lanes.Values.Sum(lane => lane.Items.Length)));
        }
    }

    [Fact]
    public async Task A_result_of_an_attempt_from_before_a_replay_has_no_report()
    {
        await StartAsync(ReportKinds.All);
        await _scene.PublishAsync(["one"]);
        var old = await _scene.ExpectAsync("one");
        await _scene.Catalog.ReplayAsync("s", new StartFrom.Earliest(), default);
        await _scene.RoundsAsync(2);
        old.Answer(AttemptResult.Delivered);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        var (view, _) = Read(await _scene.Store.WhenAsync(c => c.Emitted.Count > 0));
        Assert.Equal($"herald/report/{Number()}/2/0/1", view.IdText);
        Assert.Equal(1, _scene.Store.Commits.Sum(c => c.Emitted.Count));
    }

    [Fact]
    public async Task A_subscription_whose_endpoint_is_gone_is_reported_once_it_is_disabled()
    {
        await StartAsync(ReportKinds.Disabled);
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(Gone);
        await UntilAsync(() => Published().Count > 0);
        var view = Assert.Single(Published());
        using var payload = JsonDocument.Parse(view.Payload);
        var body = payload.RootElement;
        Assert.Equal(("disabled", "s"), (view.TypeText, view.KeyText));
        Assert.Equal(EventFlags.Emitted | EventFlags.Keyed, view.Flags);
        Assert.Equal(("s", "t", "disabled"), (Text(body, "subscription"), Text(body, "topic"), Text(body, "kind")));
        Assert.Equal(("gone", "moved away", 410), (Text(body, "detail"), Text(body, "answer"), Number(body, "statusCode")));
        Assert.True(body.TryGetProperty("settledAt", out _));
        Assert.Equal(SubscriptionStatus.Disabled, _scene.Cache.Snapshot.ByNumber.Values.Single().Subscription.Status);
    }

    [Theory]
    [InlineData(ReportKinds.Ends)]
    [InlineData(ReportKinds.Disabled)]
    public async Task A_subscription_that_does_not_ask_or_was_changed_meanwhile_is_not_reported(ReportKinds on)
    {
        await StartAsync(on);
        await _scene.PublishAsync(["one"]);
        var tried = await _scene.ExpectAsync("one");
        if (on == ReportKinds.Disabled)
            await _scene.Catalog.PauseAsync("s", default);
        tried.Answer(Gone);
        await _scene.RoundsAsync(5);
        Assert.Empty(Published());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_report_that_a_subscription_was_disabled_is_told_to_the_operator_when_it_is_lost(bool isFull)
    {
        await StartAsync(ReportKinds.Disabled);
        await _scene.PublishAsync(["one"]);
        var tried = await _scene.ExpectAsync("one");
        if (isFull)
            _scene.Log.IsFull = true;
        else
            _scene.Log.AppendFault = new StoreUnavailableException("away");
        tried.Answer(Gone);
        await _scene.Lines.WhenAsync(isFull ? "was disabled is lost: the store did not accept it: NoRoom" : "was disabled is lost: the store was not available: away");
    }

    private List<EventView> Published() =>
        [.. _scene.Log.Records.Select(record => new EventView(record)).Where(view => view.TopicText == "reports")];

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public void A_report_may_be_as_large_as_its_estimate_and_a_discard_never_waits_for_room()
    {
        var parts = new CommitParts(DeliveryReport.Bytes);
        var report = new DeliveryReport(new ReportRequest("r", ReportKinds.All), ReportKinds.Delivered);
        parts.Add(new Skip(null!, new LaneItem(1, 0, 1_000_000), SkipKind.Delivered, null, Report: report));
        parts.Add(new Skip(null!, new LaneItem(2, 0, 1_000_000), SkipKind.Delivered, null, Report: report));
        parts.Add(new Skip(null!, new LaneItem(3, 0, 10), SkipKind.Discard, null, Report: report));
        parts.Add(new Skip(null!, new LaneItem(4, 0, 10), SkipKind.Expire, null, Report: report));
        List<long[]> commits = [];
        while (parts.HasAny)
            commits.Add([.. parts.Take([]).Skips.Select(skip => skip.Item.Sequence).Order()]);
        Assert.Equal([[1, 3], [2], [4]], commits);
    }

    private EventEncoder Encoder { get; } = new(42, TestKit.Hashes.OneLane.Secret, 1);
    private ReportWriter Writer => new(Encoder, _scene.Clock);
    private EventCopier Copier => new(_scene.Log, Encoder, _scene.Catalog, _scene.Clock);

    private async Task StartAsync(ReportKinds on, RetryPolicy? retry = null)
    {
        await _scene.Catalog.PutTopicAsync("reports", default);
        await _scene.StartAsync(draft => draft with { Reports = new ReportRequest("reports", on), Retry = retry ?? draft.Retry });
    }

    private async Task AppendAsync(Func<Topic, NewEvent> make)
    {
        var verdicts = new Appended[1];
        await _scene.Log.AppendAsync(new[] { make((await _scene.Catalog.FindTopicAsync("t", default))!) }, verdicts, default);
        _scene.Host.OnHead(verdicts[0].Sequence);
    }

    private int Number() => _scene.Subscription.Number;

    private static (EventView View, JsonElement Body) Read(ShardCommit commit)
    {
        var view = new EventView(Assert.Single(commit.Emitted).Record);
        return (view, Body(view));
    }

    private static JsonElement Body(EventView view) => JsonDocument.Parse(Encoding.UTF8.GetString(view.Payload.Span)).RootElement;

    private static string? Text(JsonElement body, string name) => body.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static int Number(JsonElement body, string name) => body.GetProperty(name).GetInt32();

    private static IEnumerable<HistoryRecord> Skips(ShardCommit commit) =>
        commit.History is { } history ? AttemptHistory.Read(history, 1).Where(record => record.Kind == HistoryKind.Skip) : [];
}
