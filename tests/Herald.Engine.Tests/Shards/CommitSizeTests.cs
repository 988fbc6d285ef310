using Herald.Engine.Applications;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Publishing;
using Herald.Engine.Retrying;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Sending;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>A shard has more to save than one commit may contain.</summary>
public sealed class CommitSizeTests
{
    private const int Keys = 7, Most = 4000;

    // Bytes that the stored form of a value has in addition to the value.
    private const int Stored = 1;
    private static readonly RetryPolicy Once = new() { MaxAttempts = 1, OnExhausted = OnExhausted.Forward, ForwardTo = "u" };

    [Theory]
    [InlineData(OnExhausted.Forward)]
    [InlineData(OnExhausted.DeadLetter)]
    public async Task It_goes_in_several_commits_and_each_is_true_by_itself(OnExhausted after)
    {
        var isAway = true;
        await using var scene = new HostScene(mostCommitBytes: Most);
        scene.Store.Fault = _ => isAway ? new StoreUnavailableException("The test's store is away.") : null;
        await scene.Catalog.PutTopicAsync("u", default);
        await scene.StartAsync(draft => draft with { Retry = after == OnExhausted.Forward ? Once : new RetryPolicy { MaxAttempts = 1 } });
        var payloads = Enumerable.Range(0, Keys).Select(i => new string((char)('a' + i), 400)).ToArray();
        await scene.PublishAsync(payloads, i => $"key {i}");
        for (var i = 0; i < Keys; i++)
            (await scene.Channel.NextAsync()).Answer(Results.Status500);
        while (!await scene.Host.CallAsync(AllSettle, default))
            await Task.Yield();

        var saved = scene.Host.SaveAsync().AsTask();
        await scene.RoundsAsync(1);
        isAway = false;
        await scene.WhenStoredAsync(_ => Ended(scene.Store.Commits) == Keys);
        await saved.WaitAsync(TestContext.Current.CancellationToken);

        var commits = scene.Store.Commits;
        Assert.InRange(commits.Count(one => one.Emitted.Count + one.DeadLetters.Count > 0), Keys / 2, Keys);
        Assert.All(commits, one => Assert.InRange(one.Emitted.Sum(e => e.Record.Length), 0, Most));
        var forwarded = commits.SelectMany(one => one.Emitted).Select(one => new EventView(one.Record).IdText).ToList();
        Assert.Equal(forwarded.Count, forwarded.Distinct().Count());
        for (var count = 1; count <= commits.Length; count++)
        {
            var known = SavedProgress.Of([.. commits[..count].Select(one => one.Progress)]);
            if (known.Routed == Keys)
                Assert.Equal(Keys - Ended(commits[..count]), known.States.Values.Sum(state => state.Lanes.Values.Sum(lane => lane.Items.Length)));
        }
    }

    [Theory]
    [InlineData(OnExhausted.Forward)]
    [InlineData(OnExhausted.DeadLetter)]
    public void A_last_attempt_whose_skip_is_left_for_a_later_commit_is_repeated_by_the_next_owner_with_its_number(OnExhausted after)
    {
        var second = TimeSpan.FromSeconds(1);
        var scene = new ShardScene(retry: Once with
        {
            Waits = new RetryWaits.Schedule([second], 0),
            MaxAttempts = 2,
            OnExhausted = after,
        });
        scene.Publish("a", "a");
        scene.Fail(1);
        scene.Pass(second);
        scene.Fail(1);
        scene.CommitWithoutSkips();
        scene.Restart();
        scene.Pass(second);
        Assert.Equal((1, 2), Assert.Single(scene.InFlight) is var again ? (again.Item.Sequence, again.Number) : default);
        scene.Fail(1);
        scene.Commit();
        scene.Restart();
        scene.Scan();
        Assert.Equal([2L], scene.Started);
    }

    [Fact]
    public void A_rejected_event_whose_skip_is_left_for_a_later_commit_is_untried_for_the_next_owner()
    {
        var scene = new ShardScene();
        scene.Publish("a");
        scene.Reject(1);
        scene.CommitWithoutSkips();
        scene.Restart();
        scene.Scan();
        Assert.Equal(1, Assert.Single(scene.InFlight).Number);
    }

    [Fact]
    public void Whoever_waits_until_all_is_saved_waits_for_the_last_of_them()
    {
        var parts = new CommitParts(Most);
        for (var i = 1; i <= 3; i++)
            parts.Add(new Skip(null!, new LaneItem(i, 0, Most / 2), SkipKind.Forward, null));
        _ = parts.WhenSaved();
        parts.Add(new Skip(null!, new LaneItem(4, 0, 2 * Most), SkipKind.DeadLetter, null));
        parts.Add(new Skip(null!, new LaneItem(5, 0, 2 * Most), SkipKind.Discard, null));
        _ = parts.WhenSaved();
        List<(long[] Skips, int Waiting)> commits = [];
        while (parts.AreAwaited)
        {
            var waiting = new List<TaskCompletionSource>();
            var (skips, changes) = parts.Take(waiting);
            Assert.Empty(changes);
            commits.Add(([.. skips.Select(skip => skip.Item.Sequence)], waiting.Count));
        }
        Assert.Equal([[5L, 1], [2], [3], [4]], commits.Select(one => one.Skips));
        Assert.Equal([0, 0, 1, 1], commits.Select(one => one.Waiting));
    }

    [Fact]
    public async Task A_forward_that_is_too_large_alone_is_a_dead_letter_and_its_key_goes_on()
    {
        await using var scene = new HostScene(mostCommitBytes: Most);
        await scene.Catalog.PutTopicAsync("u", default);
        await scene.StartAsync(draft => draft with { Retry = Once });
        await scene.PublishAsync([new string('x', Most), "next"]);
        (await scene.Channel.NextAsync()).Answer(Results.Status500);
        (await scene.ExpectLaterAsync("next")).Answer(AttemptResult.Delivered);
        var letter = Assert.Single((await scene.WhenStoredAsync(one => one.DeadLetters.Count > 0)).DeadLetters);
        Assert.Equal(EventCopier.TooLarge, letter.Reason.Reason);
        Assert.Contains(RetryDecision.AttemptsExhausted, letter.Reason.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_makes_an_application_save_too_much_is_a_dead_letter_and_the_next_is_taken()
    {
        var application = new Growing();
        await using var scene = new HostScene(mostCommitBytes: Most, applications: application);
        await scene.StartAsync();
        await scene.PublishAsync([$"{Most / 4}", $"{2 * Most}", $"{Most / 2}"]);
        for (var i = 0; i < 3; i++)
            (await scene.Channel.NextAsync()).Answer(AttemptResult.Delivered);
        await scene.WhenStoredAsync(_ => scene.Store.Commits.SelectMany(one => one.State).Any(write => write.Value?.Length == Stored + (Most / 2)));
        var letter = Assert.Single(scene.Store.Commits.SelectMany(one => one.DeadLetters));
        Assert.Equal((0, 2L), (letter.Id.Subscription, letter.Id.Sequence));
        Assert.Contains($"more than the limit of {Most}", letter.Reason.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(scene.Store.Commits.SelectMany(one => one.State), write => write.Value?.Length == Stored + (2 * Most));
    }

    private static int Ended(ShardCommit[] commits) => commits.Sum(one => one.Emitted.Count + one.DeadLetters.Count);

    private static bool AllSettle(ShardMachine machine) =>
        machine.States.Values.Single().Lanes.Values.Count(lane => lane.State == LaneState.Settling) == Keys;

    /// <summary>Stores a value for each event. The payload says how many bytes it has.</summary>
    private sealed class Growing : IApplication, IShardApplication
    {
        public string Name => "growing";
        public string Topic => "t";
        public TimeSpan TickEvery => TimeSpan.FromHours(1);

        public IShardApplication Begin(ShardId shard) => this;

        public ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            foreach (var one in batch.Events)
                batch.Set(BitConverter.GetBytes(one.Sequence), new byte[int.Parse(one.View.Payload.Span, provider: null)]);
            return ValueTask.CompletedTask;
        }
    }
}
