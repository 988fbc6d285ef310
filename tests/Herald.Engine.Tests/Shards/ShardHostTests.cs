using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.History;
using Herald.Engine.Retrying;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Sending;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>What the loop around a shard does when the store, the log, the clock or the operator do not go along.</summary>
public sealed class ShardHostTests : IAsyncDisposable
{
    private static readonly AttemptResult Gone = new() { Outcome = AttemptOutcome.EndpointGone, Stage = AttemptStage.Response, StatusCode = 410, Reason = "gone" };
    private static readonly TimeSpan Handover = TimeSpan.FromMilliseconds(250);
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
        while (await Task.WhenAny(saved, _scene.Clock.WhenArmedAsync(1)) != saved)
            _scene.Clock.Advance(TimeSpan.FromMilliseconds(250));
        await saved;
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
        // Who asks the shard something now is told so, and does not wait for ever.
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
    public async Task Damaged_progress_costs_repeats_from_the_oldest_event_that_is_kept_and_is_replaced_whole()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one", "two", "three"]);
        foreach (var payload in (string[])["one", "two", "three"])
            (await _scene.ExpectAsync(payload)).Answer(AttemptResult.Delivered);
        await _scene.WhenStoredAsync(commit => commit.History is { Last: 3 });
        await _scene.Host.StopAsync();

        _scene.Log.Free(below: 2);
        _scene.Store.Reading = _ => [new byte[] { 4, 1, 2, 3 }];
        _scene.TakeOver();
        var before = _scene.Store.Asked.Length;
        _scene.Host.Start();
        await _scene.Host.Ready;
        foreach (var payload in (string[])["two", "three"])
            (await _scene.ExpectAsync(payload)).Answer(AttemptResult.Delivered);
        await _scene.Lines.WhenAsync("All of its subscriptions go on from sequence 1");
        await _scene.WhenStoredAsync(_ => _scene.Store.Asked.Length > before);
        Assert.True(_scene.Store.Asked[before].IsCheckpoint);
    }

    [Fact]
    public async Task Where_progress_is_lost_what_was_kept_for_keys_that_wait_is_sent_too()
    {
        await _scene.SubscribeAsync();
        await _scene.AppendAsync(["one", "two", "three", "four"]);
        _scene.Log.Free(below: 4, kept: 2);
        _scene.Store.Reading = _ => [ShardProgress.Unreadable];
        _scene.Cache.Follow(update => _scene.Host.OnCatalog(update));
        _scene.Host.Start();
        await _scene.Host.Ready;
        (await _scene.ExpectAsync("two")).Answer(AttemptResult.Delivered);
        (await _scene.ExpectAsync("four")).Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task A_subscription_whose_record_is_damaged_stands_still_alone_and_gets_all_that_is_kept_once_it_is_put_anew()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        await SpoilAsync("s");
        Assert.Equal((true, SubscriptionStatus.Disabled), ((await _scene.Catalog.FindSubscriptionAsync("s", default))!.IsDamaged, _scene.Subscription.Status));
        Assert.Equal(CatalogOutcome.Damaged, (await _scene.Catalog.ResumeAsync("s", default)).Outcome);
        Assert.Equal(CatalogOutcome.Damaged, (await _scene.Catalog.ReplayAsync("s", new StartFrom.Now(), default)).Outcome);

        // Another one of its topic goes on, and the next owner of the shard begins with it.
        await PutAsync("other");
        await _scene.PublishAsync(["two"]);
        (await _scene.ExpectAsync("two")).Answer(AttemptResult.Delivered);
        await _scene.Host.StopAsync();
        _scene.TakeOver();
        _scene.Host.Start();
        await _scene.Host.Ready;
        await _scene.PublishAsync(["three"]);
        var third = await _scene.ExpectAsync("three");
        Assert.Equal("other", third.Attempt.Subscription.Id);
        third.Answer(AttemptResult.Delivered);

        await PutAsync("s");
        foreach (var payload in (string[])["one", "two", "three"])
        {
            var again = await _scene.ExpectAsync(payload);
            Assert.Equal(("s", Redelivery.Replay), (again.Attempt.Subscription.Id, again.Attempt.Redelivery));
            again.Answer(AttemptResult.Delivered);
        }

        async Task SpoilAsync(string id)
        {
            var subscription = _scene.Subscription;
            var reply = await _scene.Subscriptions.ChangeAsync([new CatalogWrite(CatalogCodec.SubscriptionKind, id, subscription.TopicNumber, subscription.Version, "{\"topic\":\"t\",\"end"u8.ToArray())], default);
            await _scene.Cache.RefreshAsync(reply.Version);
        }

        async Task PutAsync(string id)
        {
            _scene.Subscriptions.Heads[0] = _scene.Log.Entries.Length;
            var put = await _scene.Catalog.PutSubscriptionAsync(new SubscriptionDraft { Id = id, Topic = "t", Endpoint = "http://one/" }, new StartFrom.Now(), null, default);
            Assert.True(put.Done);
        }
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
    public async Task A_damaged_event_becomes_a_dead_letter_and_its_key_goes_on()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one", "two", "three"]);
        var first = await _scene.ExpectAsync("one");
        _scene.Log.Damage(2);
        first.Answer(AttemptResult.Delivered);
        (await _scene.ExpectAsync("three")).Answer(AttemptResult.Delivered);
        var saved = await _scene.Store.WhenAsync(commit => commit.DeadLetters.Count > 0);
        var letter = Assert.Single(saved.DeadLetters);
        Assert.Equal((2L, DeadLetterReason.Damaged, "event 2 is damaged", true), (letter.Id.Sequence, letter.Reason.Reason, letter.Reason.Detail, letter.HasNoRecord));
        Assert.False(_scene.Host.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_damaged_event_that_no_filter_can_be_held_against_is_a_dead_letter_of_no_subscription()
    {
        await _scene.StartAsync(draft => draft with { Filter = new Filter([new FilterClause(Filter.TypeClause, true, ["wanted"])]) });
        _scene.Log.Damage(1);
        await _scene.PublishAsync(["one", "two"]);
        var saved = await _scene.Store.WhenAsync(commit => commit.DeadLetters.Count > 0);
        var letter = Assert.Single(saved.DeadLetters);
        Assert.Equal((1L, 0, "", "t"), (letter.Id.Sequence, letter.Id.Subscription, letter.SubscriptionId, letter.Topic));
        Assert.Equal((DeadLetterReason.Damaged, "event 1 is damaged", true), (letter.Reason.Reason, letter.Reason.Detail, letter.HasNoRecord));
        Assert.False(_scene.Host.Ended.IsCompleted);
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
        // Another node makes a subscription; the hint of it is lost.
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
        // The next attempt at the endpoint says the same again, and now it works.
        (await _scene.ExpectLaterAsync("one")).Answer(Gone);
        await _scene.Lines.WhenAsync("could not be disabled");
        await UntilAsync(() => _scene.Cache.Snapshot.ByNumber.Values.Single().Subscription.Status == SubscriptionStatus.Disabled);
    }

    [Fact]
    public async Task A_stop_waits_for_the_attempt_in_flight_saves_it_and_starts_no_other()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one", "two"]);
        var tried = await _scene.ExpectAsync("one");
        var stopped = _scene.Host.StopAsync();
        await _scene.Host.CallAsync(machine => machine.Routed, default);
        Assert.False(stopped.IsCompleted);
        tried.Answer(AttemptResult.Delivered);
        await stopped;
        Assert.Equal(0, _scene.Channel.Waiting);

        // The next owner goes on behind it, with first attempts.
        _scene.TakeOver();
        _scene.Host.Start();
        var next = await _scene.ExpectAsync("two");
        Assert.Equal(1, next.Attempt.Number);
        next.Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task A_handover_does_not_wait_for_an_attempt_that_has_taken_long_already()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one"]);
        await _scene.ExpectAsync("one");
        _scene.Clock.Advance(Handover);
        var stopped = _scene.Host.StopAsync();
        _scene.Host.LimitAttempts(Handover);
        await stopped;
        Assert.DoesNotContain(_scene.Store.Commits, commit => commit.History is not null);
    }

    [Fact]
    public async Task A_handover_that_a_stop_of_the_node_overtakes_still_limits_its_attempts()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one"]);
        await _scene.ExpectAsync("one");
        var handedOver = _scene.Host.StopAsync();
        _scene.Host.LimitAttempts(Handover);
        var stopped = _scene.Host.StopAsync();
        await _scene.RoundsAsync(5);
        Assert.False(stopped.IsCompleted);
        _scene.Clock.Advance(Handover);
        await Task.WhenAll(handedOver, stopped);
    }

    [Fact]
    public async Task A_handover_waits_for_the_youngest_attempt_until_that_has_taken_as_long_as_it_may()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["old"], key: _ => "a");
        await _scene.ExpectAsync("old");
        _scene.Clock.Advance(Handover * 0.9);
        await _scene.PublishAsync(["young", "younger"], key: i => $"{i}");
        (await _scene.ExpectAsync("young"), await _scene.ExpectAsync("younger")).Item1.Answer(AttemptResult.Delivered);
        var stopped = _scene.Host.StopAsync();
        _scene.Host.LimitAttempts(Handover);
        _scene.Clock.Advance(Handover * 0.9);
        await _scene.RoundsAsync(5);
        Assert.False(stopped.IsCompleted);
        _scene.Clock.Advance(Handover * 0.2);
        await stopped;
        Assert.Contains(_scene.Store.Commits, commit => commit.History is { First: 2, Last: 2 });
    }

    [Fact]
    public async Task An_attempt_given_up_while_stopping_is_not_counted_and_is_made_again_with_the_same_number()
    {
        await _scene.StartAsync(draft => draft with { Retry = new RetryPolicy { Waits = new RetryWaits.Schedule([TimeSpan.FromSeconds(1)], 0) } });
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        await _scene.Store.WhenAsync(commit => commit.History is not null);
        var second = await _scene.ExpectLaterAsync("one");
        Assert.Equal(2, second.Attempt.Number);
        var stopped = _scene.Host.StopAsync();
        _scene.Term.GiveUpAttempts();
        await stopped;
        Assert.DoesNotContain(_scene.Store.Commits, commit => commit.DeadLetters.Count > 0);

        var saved = new SavedProgress();
        foreach (var commit in _scene.Store.Commits.Where(c => !c.Progress.IsEmpty))
            saved.Apply(commit.Progress.Span);
        Assert.Equal(1, Assert.Single(Assert.Single(saved.States.Values).Lanes.Values).Attempts);
    }

    [Fact]
    public async Task The_age_of_a_delivery_is_counted_from_when_its_first_attempt_began_not_from_when_that_had_to_wait_for_room()
    {
        var retry = new RetryPolicy { Waits = new RetryWaits.Schedule([TimeSpan.FromSeconds(15)], 0), MaxAge = TimeSpan.FromMinutes(1) };
        await _scene.StartAsync(draft => draft with { Retry = retry });
        const int Other = 99;
        await _scene.Bytes.EnterAsync(Other, HostScene.MostBytes);
        await _scene.PublishAsync(["one"]);
        while (await _scene.Host.CallAsync(machine => machine.States.Values.Sum(state => state.InFlight), default) == 0)
            await Task.Yield();
        _scene.Clock.Advance(TimeSpan.FromSeconds(50));
        _scene.Bytes.Leave(Other, HostScene.MostBytes);
        (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        Assert.Equal(2, (await _scene.ExpectLaterAsync("one")).Attempt.Number);
    }

    [Theory]
    [InlineData(true, DeadLetterReason.Damaged)]
    [InlineData(false, ForwardEncoder.EventGone)]
    public async Task A_forward_whose_event_is_damaged_or_gone_becomes_a_dead_letter_without_a_record(bool isDamaged, string reason)
    {
        await _scene.Catalog.PutTopicAsync("other", default);
        await _scene.StartAsync(draft => draft with
        {
            Retry = new RetryPolicy { MaxAttempts = 1, OnExhausted = OnExhausted.Forward, ForwardTo = "other" },
        });
        await _scene.PublishAsync(["one"]);
        var tried = await _scene.ExpectAsync("one");
        if (isDamaged)
            _scene.Log.Damage(1);
        else
            _scene.Log.Free(below: 2);
        tried.Answer(Results.Status500);
        var commit = await _scene.Store.WhenAsync(c => c.DeadLetters.Count > 0);
        Assert.Equal((1, reason, true), (commit.DeadLetters[0].Id.Sequence, commit.DeadLetters[0].Reason.Reason, commit.DeadLetters[0].HasNoRecord));
        Assert.Empty(commit.Emitted);
    }

    [Fact]
    public async Task A_forward_whose_topic_is_gone_becomes_a_dead_letter()
    {
        await _scene.Catalog.PutTopicAsync("other", default);
        await _scene.StartAsync(draft => draft with
        {
            Retry = new RetryPolicy { MaxAttempts = 1, OnExhausted = OnExhausted.Forward, ForwardTo = "other" },
        });
        await _scene.Catalog.DeleteTopicAsync("other", force: true, default);
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        var commit = await _scene.Store.WhenAsync(c => c.DeadLetters.Count > 0);
        var (id, reason) = (commit.DeadLetters[0].Id, commit.DeadLetters[0].Reason);
        Assert.Equal((1, ForwardEncoder.TopicGone), (id.Sequence, reason.Reason));
        Assert.Contains($"because of {RetryDecision.AttemptsExhausted}", reason.Detail, StringComparison.Ordinal);
        Assert.Empty(commit.Emitted);
        // The history says how it ended, not what was tried.
        Assert.Equal(SkipKind.DeadLetter, AttemptHistory.Read(commit.History!, 1).Single(r => r.Kind == HistoryKind.Skip).Skip);
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
