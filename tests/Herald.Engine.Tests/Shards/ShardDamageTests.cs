using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Progress;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>What a shard does when its progress, a catalog record or an event cannot be read.</summary>
public sealed class ShardDamageTests : IAsyncDisposable
{
    private readonly HostScene _scene = new();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

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
        await _scene.Lines.WhenAsync("All subscriptions continue from sequence 1");
        await _scene.WhenStoredAsync(_ => _scene.Store.Asked.Length > before);
        Assert.True(_scene.Store.Asked[before].IsCheckpoint);
    }

    [Fact]
    public async Task The_dead_letter_of_a_damaged_event_is_in_the_commit_that_saves_its_delivery_as_settled()
    {
        await _scene.StartAsync();
        _scene.Log.Damage(1);
        await _scene.PublishAsync(["one"]);
        var commit = await _scene.WhenStoredAsync(commit => commit.DeadLetters.Count > 0);
        var before = SavedProgress.Of([.. _scene.Store.Commits.Where(other => other.Number < commit.Number).Select(other => other.Progress)]);
        Assert.True(before.Routed < 1 || before.States.Values.Any(state => state.Lanes.Values.Any(lane => lane.Items is [{ Sequence: 1 }, ..])));
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

        // Another subscription of the topic goes on, and the next owner of the shard starts with it.
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
}
