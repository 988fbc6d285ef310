using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Sending;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>
/// How the loop around a shard handles faults of the store and the log, steps of the clock, and requests of the operator.
/// </summary>
public sealed class ShardHostTests : IAsyncDisposable
{
    private static readonly AttemptResult Gone = new() { Outcome = AttemptOutcome.EndpointGone, Stage = AttemptStage.Response, StatusCode = 410, Reason = "gone" };
    private readonly HostScene _scene = new();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_commit_of_unknown_outcome_is_sent_again_as_it_was_until_it_is_stored()
    {
        _scene.Store.Fault = call => call <= 2 ? new StoreUnavailableException("away") : null;
        await _scene.StartAsync();
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        var stored = await _scene.WhenStoredAsync(_ => true);
        Assert.Equal(1, stored.Number);
        Assert.All(_scene.Store.Asked.Take(3), commit => Assert.Same(stored, commit));
        await _scene.Lines.WhenAsync("could not save its progress");
    }

    [Fact]
    public async Task A_commit_that_finds_no_room_is_sent_again_without_the_history_of_its_attempts()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one"]);
        var tried = await _scene.ExpectAsync("one");
        ShardCommit? refused = null;
        _scene.Store.Fault = call =>
        {
            if (refused is not null || _scene.Store.Asked[call - 1] is not { History: not null } asked)
                return null;
            refused = asked;
            return new StoreFullException("full");
        };
        tried.Answer(AttemptResult.Delivered);
        var stored = await _scene.WhenStoredAsync(commit => commit.Number == refused?.Number);
        Assert.NotNull(refused);
        Assert.Null(stored.History);
        Assert.Equal(refused.Progress, stored.Progress);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_is_short_of_room_hears_with_each_commit_what_is_settled(bool isShort)
    {
        _scene.Store.IsShortOfRoom = isShort;
        await _scene.StartAsync();
        var told = new List<long>();
        for (var number = 1; number <= 3; number++)
        {
            await _scene.PublishAsync([$"{number}"]);
            (await _scene.ExpectAsync($"{number}")).Answer(AttemptResult.Delivered);
            var count = number;
            await _scene.WhenStoredAsync(_ => _scene.Store.Commits.Count(commit => commit.History is not null) == count);
            told.Add(_scene.Store.Commits.Last(commit => commit.History is not null).SettledBelow);
        }
        Assert.Equal(isShort, told.SequenceEqual([2L, 3, 4]));
    }

    [Fact]
    public async Task A_commit_that_failed_waits_before_it_is_sent_again_however_urgent_it_is()
    {
        _scene.Store.Fault = _ => new StoreUnavailableException("away");
        await _scene.StartAsync();
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        var saved = _scene.Host.SaveAsync().AsTask();
        await _scene.Lines.WhenAsync("could not save its progress");
        await _scene.RoundsAsync(100);
        Assert.Single(_scene.Store.Asked);
        _scene.Store.Fault = _ => null;
        await _scene.Clock.AdvanceUntilAsync(saved, TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public async Task A_commit_that_is_refused_for_good_ends_the_shard_and_says_why()
    {
        var stale = new StaleOwnerException("another node owns it");
        _scene.Store.Fault = _ => stale;
        await _scene.StartAsync();
        await _scene.PublishAsync(["one"]);
        var ended = await Assert.ThrowsAsync<InvalidOperationException>(() => _scene.Host.Ended);
        Assert.Same(stale, ended.InnerException);
        // A call to the ended shard fails; it does not wait for ever.
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _scene.Host.CallAsync(machine => machine.Routed, default));
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_ends_the_shard_with_that_reason()
    {
        await _scene.StartAsync();
        var fault = new IOException("unreadable");
        _scene.Log.Fault = fault;
        await _scene.PublishAsync(["one"]);
        Assert.Same(fault, await Assert.ThrowsAsync<IOException>(() => _scene.Host.Ended));
    }

    [Fact]
    public async Task Progress_that_cannot_be_loaded_fails_the_start()
    {
        _scene.Store.LoadFault = new StaleOwnerException("another node owns it");
        _scene.Host.Start();
        await Assert.ThrowsAsync<StaleOwnerException>(() => _scene.Host.Ready);
        await Assert.ThrowsAsync<StaleOwnerException>(() => _scene.Host.Ended);
    }

    [Fact]
    public async Task A_question_that_throws_fails_its_asker_and_not_the_shard()
    {
        await _scene.StartAsync();
        await Assert.ThrowsAsync<FormatException>(async () => await _scene.Host.CallAsync<int>(_ => throw new FormatException(), default));
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task An_event_that_is_no_longer_kept_when_its_turn_comes_expires_and_its_key_goes_on()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one", "two", "three"]);
        var first = await _scene.ExpectAsync("one");
        _scene.Log.Free(below: 3);
        first.Answer(AttemptResult.Delivered);
        (await _scene.ExpectAsync("three")).Answer(AttemptResult.Delivered);
        var saved = await _scene.Store.WhenAsync(commit => commit.History is { } history && history.First <= 2 && history.Last >= 2);
        Assert.Empty(saved.DeadLetters);
    }

    [Fact]
    public async Task What_was_freed_before_the_scan_came_to_it_has_expired_and_the_rest_is_sent()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync([.. Enumerable.Range(1, 6).Select(i => $"{i}")], key: i => $"k{i}");
        for (var i = 0; i < 6; i++)
            (await _scene.Channel.NextAsync()).Answer(AttemptResult.Delivered);
        await _scene.Catalog.PauseAsync("s", default);
        _scene.Subscriptions.Heads[0] = 6;
        await _scene.Catalog.ReplayAsync("s", new StartFrom.Earliest(), default);
        _scene.Log.Free(below: 4);
        await _scene.Catalog.ResumeAsync("s", default);
        await _scene.Lines.WhenAsync("sequences 1 to 3 are no longer kept");
        var sent = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var tried = await _scene.Channel.NextAsync();
            Assert.Equal(Redelivery.Replay, tried.Attempt.Redelivery);
            sent.Add(tried.Payload);
            tried.Answer(AttemptResult.Delivered);
        }
        Assert.Equal(["4", "5", "6"], sent.Order());
    }

    [Fact]
    public async Task Entries_are_routed_with_a_catalog_as_new_as_the_log_says_though_nobody_has_told_of_it()
    {
        await _scene.StartAsync();
        await _scene.Catalog.DeleteSubscriptionAsync("s", null, default);
        // Another node creates a subscription, and the notification of it is lost.
        var (elsewhere, cache) = _scene.NewCatalog();
        using var _ = cache;
        Assert.True((await elsewhere.PutSubscriptionAsync(new SubscriptionDraft { Id = "new", Topic = "t", Endpoint = "http://one/" }, new StartFrom.Now(), null, default)).Done);
        Assert.Empty(_scene.Cache.Snapshot.ByNumber);
        _scene.Log.CatalogVersion = cache.Snapshot.Version;
        await _scene.PublishAsync(["one"]);
        var tried = await _scene.ExpectAsync("one");
        Assert.Equal("new", tried.Attempt.Subscription.Id);
        tried.Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task A_subscription_that_cannot_be_disabled_just_now_is_told_of_and_its_events_are_kept()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one"]);
        var tried = await _scene.ExpectAsync("one");
        _scene.Subscriptions.Before = () => throw new StoreUnavailableException("away");
        tried.Answer(Gone);
        await _scene.Lines.WhenAsync("could not be disabled");
        Assert.Equal(SubscriptionStatus.Active, _scene.Cache.Snapshot.ByNumber.Values.Single().Subscription.Status);
        // The next attempt gets the same answer, and now the subscription can be disabled.
        (await _scene.ExpectLaterAsync("one")).Answer(Gone);
        await _scene.Lines.WhenAsync("could not be disabled");
        await UntilAsync(() => _scene.Cache.Snapshot.ByNumber.Values.Single().Subscription.Status == SubscriptionStatus.Disabled);
    }

    [Fact]
    public async Task The_age_of_a_delivery_is_counted_from_when_its_first_attempt_began_not_from_when_that_had_to_wait_for_room()
    {
        var retry = new RetryPolicy { Waits = new RetryWaits.Schedule([TimeSpan.FromSeconds(15)], 0), MaxAge = TimeSpan.FromMinutes(1) };
        await _scene.StartAsync(draft => draft with { Retry = retry });
        const int Other = 99;
        await _scene.Bytes.EnterAsync(Other, HostScene.MostBytes);
        await _scene.PublishAsync(["one"]);
        while (await _scene.CountInFlightAsync() == 0)
            await Task.Yield();
        _scene.Clock.Advance(TimeSpan.FromSeconds(50));
        _scene.Bytes.Leave(Other, HostScene.MostBytes);
        (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        Assert.Equal(2, (await _scene.ExpectLaterAsync("one")).Attempt.Number);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
