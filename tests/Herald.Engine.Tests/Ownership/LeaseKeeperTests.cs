using Herald.Engine.Channels;
using Herald.Engine.Stores;
using Herald.Engine.Tests.Stores;
using Xunit;
using static Herald.Engine.Tests.Ownership.KeeperScene;

namespace Herald.Engine.Tests.Ownership;

/// <summary>Leases are granted, renewed, lost and handed over, and they expire. Shards begin and end with them.</summary>
public sealed class LeaseKeeperTests : IAsyncDisposable
{
    private readonly KeeperScene _scene = new();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task Leases_that_never_run_out_are_taken_once_and_no_timer_waits()
    {
        await _scene.StartAsync(new Lease(OneShardLog.Shard, 1, null));
        _scene.Shards.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal((1, 0), (_scene.Ownership.Renewals, _scene.Shards.Clock.ArmedTimers));
        await _scene.PublishAsync("one");
        (await _scene.Shards.ExpectAsync("one")).Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task Leases_are_renewed_every_fifth_of_their_time_and_the_shard_works_on()
    {
        await _scene.StartAsync(Lease(1));
        for (var i = 0; i < 20; i++)
            await _scene.RenewByTheClockAsync();
        await _scene.PublishAsync("one");
        (await _scene.Shards.ExpectAsync("one")).Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task A_node_without_a_lease_asks_every_second_and_begins_a_shard_when_it_gets_one()
    {
        await _scene.StartAsync();
        Assert.Empty(_scene.Hosts.All);
        await _scene.Shards.Clock.WhenArmedAsync(1);
        _scene.Ownership.Give(Lease(4));
        _scene.Shards.Clock.Advance(TimeSpan.FromSeconds(1));
        await _scene.Ownership.WhenRenewedAsync(2);
        await UntilAsync(() => _scene.Hosts.All.Count == 1);
        Assert.Equal(4, _scene.Hosts.Find(0)!.Epoch);
        await _scene.PublishAsync("one");
        (await _scene.Shards.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        Assert.Equal(4, (await _scene.Shards.Store.WhenAsync(_ => true)).Fence.Epoch);
    }

    [Fact]
    public async Task What_the_answer_does_not_hold_any_more_ends_at_once_and_gives_all_back()
    {
        await _scene.StartAsync(Lease(1));
        await _scene.PublishAsync("one");
        var tried = await _scene.Shards.ExpectAsync("one");
        var host = _scene.Hosts.Find(0)!;
        var commits = _scene.Shards.Store.Asked.Length;
        _scene.Answer();
        await host.Ended;
        Assert.True(tried.Ended.Task.IsCanceled);
        Assert.Null(_scene.Hosts.Find(0));
        Assert.Equal((0, 0), (_scene.Shards.Ledger.InFlight, _scene.Shards.Blocked.Count));
        Assert.InRange(_scene.Shards.Store.Asked.Length, commits, commits + 1); // one commit may have been under way
        Assert.Empty(_scene.Ownership.Released);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await host.CallAsync(machine => machine.Routed, default));
        Assert.False(_scene.Keeper.Failed.IsCompleted);
    }

    [Fact]
    public async Task A_shard_that_is_lost_while_it_waits_for_a_topic_ends_and_can_come_back()
    {
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        await _scene.StartAsync(Lease(1));
        _scene.Shards.Subscriptions.BeforeFind = () =>
        {
            asked.SetResult();
            return answer.Task;
        };
        await _scene.PublishAsync("one");
        await asked.Task;
        var host = _scene.Hosts.Find(0)!;
        _scene.Answer();
        await UntilAsync(() => _scene.Hosts.Find(0) is null);
        // The cache passes the loaded topic to owned shards only. This shard is not owned any more, so it must end without it.
        answer.SetResult();
        await UntilAsync(() => host.Ended.IsCompleted);
        _scene.Answer(Lease(3));
        (await _scene.Shards.ExpectAsync("one")).Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task Another_epoch_is_another_host_which_begins_when_the_old_ones_attempts_have_ended()
    {
        await _scene.StartAsync(Lease(1));
        await _scene.PublishAsync("one");
        await _scene.Shards.ExpectAsync("one");
        _scene.Answer(Lease(3));
        var again = await _scene.Shards.ExpectAsync("one");
        Assert.Equal(1, again.Attempt.Number);
        Assert.Equal(3, _scene.Hosts.Find(0)!.Epoch);
        again.Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task A_shard_that_leaves_ends_its_attempts_is_saved_and_then_released()
    {
        await _scene.StartAsync(Lease(1));
        await _scene.PublishAsync("one", "two");
        var tried = await _scene.Shards.ExpectAsync("one");
        _scene.Answer(Lease(1, leaving: true));
        await _scene.Shards.Lines.WhenAsync("moves to another node");
        Assert.Empty(_scene.Ownership.Released);
        tried.Answer(AttemptResult.Delivered);
        await _scene.Ownership.WhenReleasedAsync(1);
        Assert.Contains(_scene.Ownership.Released, released => released.Epoch == 1);
        Assert.Contains(_scene.Shards.Store.Commits, commit => commit.History is not null);
        Assert.Equal(0, _scene.Shards.Channel.Waiting); // "two" is for the next owner
        await UntilAsync(() => _scene.Hosts.All.Count == 0);
    }

    [Fact]
    public async Task A_shard_that_leaves_gives_up_attempts_that_take_longer_than_a_handover_may()
    {
        await _scene.StartAsync(Lease(1));
        await _scene.PublishAsync("one");
        var tried = await _scene.Shards.ExpectAsync("one");
        _scene.Answer(Lease(1, leaving: true));
        while (!tried.Ended.Task.IsCanceled)
            await _scene.RenewByTheClockAsync();
        await _scene.Ownership.WhenReleasedAsync(1);
        Assert.DoesNotContain(_scene.Shards.Store.Commits, commit => commit.History is not null);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 10)]
    public async Task A_stop_waits_for_attempts_no_longer_than_a_handover_where_others_go_on(bool hasOthers, int seconds)
    {
        _scene.Ownership.HasOthers = hasOthers;
        await _scene.StartAsync(Lease(1));
        await _scene.PublishAsync("one");
        var tried = await _scene.Shards.ExpectAsync("one");
        var stopped = _scene.Keeper.StopAsync().AsTask();
        for (var second = 1; second < seconds; second++)
            await _scene.RenewByTheClockAsync();
        Assert.False(tried.Ended.Task.IsCompleted);
        _scene.Shards.Clock.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => tried.Ended.Task.IsCanceled);
        await stopped;
        await _scene.Ownership.WhenReleasedAsync(1);
    }

    [Fact]
    public async Task What_was_released_is_never_begun_again_but_released_again_until_the_store_has_heard_it()
    {
        await _scene.StartAsync(Lease(1));
        _scene.Answer(Lease(1, leaving: true));
        await _scene.Ownership.WhenReleasedAsync(1);
        // The store has not received the release, and no other node wants the shard any more.
        _scene.Answer(Lease(1));
        await _scene.Ownership.WhenReleasedAsync(3);
        Assert.Empty(_scene.Hosts.All);
        _scene.Answer(Lease(2));
        await UntilAsync(() => _scene.Hosts.All.Count == 1);
    }

    [Fact]
    public async Task An_attempt_is_given_up_when_its_lease_runs_out_and_made_again_when_the_store_says_it_is_still_ours()
    {
        await _scene.StartAsync(Lease(1));
        await _scene.PublishAsync("one");
        var tried = await _scene.Shards.ExpectAsync("one");
        var host = _scene.Hosts.Find(0);
        _scene.Ownership.Fault = new StoreUnavailableException("away");
        await _scene.AdvanceUntilAsync(() => tried.Ended.Task.IsCanceled);
        await _scene.Shards.Lines.WhenAsync("could not be renewed");
        await UntilAsync(() => _scene.Shards.Ledger.InFlight == 0);
        Assert.Equal(0, _scene.Shards.Channel.Waiting);
        Assert.False(_scene.Keeper.Failed.IsCompleted);

        _scene.Ownership.Fault = null;
        _scene.Answer(Lease(1));
        var again = await _scene.Shards.ExpectAsync("one");
        Assert.Equal(1, again.Attempt.Number);
        Assert.Same(host, _scene.Hosts.Find(0));
        again.Answer(AttemptResult.Delivered);
        await _scene.Shards.Store.WhenAsync(commit => commit.History is not null);
    }

    [Fact]
    public async Task A_shard_whose_lease_has_run_out_reads_nothing_saves_nothing_and_wakes_for_nothing_but_the_next_renewal()
    {
        await _scene.StartAsync(Lease(1));
        await _scene.PublishAsync("one");
        await _scene.Shards.ExpectAsync("one");
        _scene.Shards.Store.Fault = _ => new StoreUnavailableException("away");
        await _scene.PublishAsync("two");
        // The next commit may be due a little later.
        while (_scene.Shards.Lines.Count("could not save its progress") == 0)
            await _scene.RenewByTheClockAsync();
        _scene.Ownership.Fault = new StoreUnavailableException("away");
        _scene.Shards.Clock.Advance(ValidFor);
        var host = _scene.Hosts.Find(0)!;
        await host.CallAsync(machine => machine.Routed, default); // the shard has completed a round since then
        await host.CallAsync(machine => machine.Routed, default);
        var asked = _scene.Shards.Store.Asked.Length;
        await _scene.PublishAsync("three");
        _scene.Shards.Clock.Advance(ValidFor);
        Assert.Equal(2, await host.CallAsync(machine => machine.Routed, default));
        Assert.Equal((asked, 0), (_scene.Shards.Store.Asked.Length, _scene.Shards.Channel.Waiting));

        _scene.Ownership.Fault = null;
        _scene.Shards.Store.Fault = _ => null;
        _scene.Answer(Lease(1));
        (await _scene.Shards.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        (await _scene.Shards.ExpectAsync("two")).Answer(AttemptResult.Delivered);
        (await _scene.Shards.ExpectAsync("three")).Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task A_renewal_that_nobody_answers_is_given_up_and_asked_again()
    {
        await _scene.StartAsync(Lease(1));
        _scene.Ownership.IsSilent = true;
        await _scene.AdvanceUntilAsync(() => _scene.Ownership.Renewals >= 3);
        _scene.Ownership.IsSilent = false;
        var host = _scene.Hosts.Find(0);
        await _scene.AdvanceUntilAsync(() => _scene.Ownership.Renewals >= 5);
        Assert.Same(host, _scene.Hosts.Find(0));
    }

    [Fact]
    public async Task A_commit_that_is_refused_as_stale_ends_that_shard_and_not_the_node()
    {
        await _scene.StartAsync(Lease(1));
        await _scene.PublishAsync("one");
        await _scene.Shards.ExpectAsync("one");
        await FailCommitsAsync(new StaleOwnerException("another node owns it"));
        await _scene.Shards.Lines.WhenAsync("stopped on this node");
        _scene.Ownership.Hint();
        await UntilAsync(() => _scene.Hosts.All.Count == 0);
        Assert.False(_scene.Keeper.Failed.IsCompleted);

        _scene.Shards.Store.Fault = _ => null;
        _scene.Answer(Lease(3));
        (await _scene.Shards.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        (await _scene.Shards.ExpectAsync("more")).Answer(AttemptResult.Delivered);
        await UntilAsync(() => _scene.Shards.Store.Asked.Any(commit => commit.Fence.Epoch == 3));
    }

    [Fact]
    public async Task With_a_lease_that_never_runs_out_a_stale_commit_fails_the_node()
    {
        await _scene.StartAsync(new Lease(OneShardLog.Shard, 1, null));
        await FailCommitsAsync(new StaleOwnerException("another process owns it"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _scene.Keeper.Failed);
    }

    [Fact]
    public async Task What_a_shard_cannot_go_on_from_fails_the_node()
    {
        await _scene.StartAsync(Lease(1));
        var fault = _scene.Shards.Log.Fault = new IOException("unreadable");
        await _scene.PublishAsync("one");
        Assert.Same(fault, await Assert.ThrowsAsync<IOException>(() => _scene.Keeper.Failed));
    }

    [Fact]
    public async Task A_start_fails_when_the_store_does_not_answer_or_shards_that_come_only_once_cannot_be_loaded()
    {
        _scene.Ownership.Fault = new StoreUnavailableException("away");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _scene.StartAsync(Lease(1)));
        _scene.Ownership.Fault = null;
        _scene.Shards.Store.LoadFault = new StoreUnavailableException("away");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _scene.StartAsync(new Lease(OneShardLog.Shard, 1, null)));
    }

    [Fact]
    public async Task A_shard_that_could_not_be_loaded_at_the_start_is_begun_again_with_the_next_renewal()
    {
        _scene.Shards.Store.LoadFault = new StoreUnavailableException("away");
        await _scene.StartAsync(Lease(1));
        Assert.False(_scene.Keeper.Failed.IsCompleted);
        await _scene.Shards.Lines.WhenAsync("stopped on this node");
        _scene.Shards.Store.LoadFault = null;
        _scene.Ownership.Hint();
        await UntilAsync(() => _scene.Hosts.Find(0) is { Ready.IsCompletedSuccessfully: true });
        await _scene.PublishAsync("one");
        (await _scene.Shards.ExpectAsync("one")).Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task A_shard_that_could_not_be_loaded_while_running_is_begun_again_with_the_next_renewal()
    {
        await _scene.StartAsync();
        _scene.Shards.Store.LoadFault = new StoreUnavailableException("away");
        _scene.Answer(Lease(2));
        await _scene.Shards.Lines.WhenAsync("stopped on this node");
        _scene.Shards.Store.LoadFault = null;
        _scene.Ownership.Hint();
        await UntilAsync(() => _scene.Hosts.Find(0) is { Ready.IsCompletedSuccessfully: true });
        await _scene.PublishAsync("one");
        (await _scene.Shards.ExpectAsync("one")).Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task A_first_lease_that_is_another_nodes_by_now_does_not_fail_the_start()
    {
        _scene.Shards.Store.LoadFault = new StaleOwnerException("another node owns it");
        await _scene.StartAsync(Lease(1));
        Assert.False(_scene.Keeper.Failed.IsCompleted);
    }

    [Fact]
    public async Task A_stop_goes_on_renewing_while_attempts_end_then_saves_and_releases_and_begins_nothing_new()
    {
        await _scene.StartAsync(Lease(1));
        await _scene.PublishAsync("one");
        var tried = await _scene.Shards.ExpectAsync("one");
        var stopped = _scene.Keeper.StopAsync().AsTask();
        for (var i = 0; i < 7; i++) // beyond the end of the first lease
            await _scene.RenewByTheClockAsync();
        Assert.False(tried.Ended.Task.IsCompleted);
        tried.Answer(AttemptResult.Delivered);
        await stopped;
        Assert.Contains(_scene.Ownership.Released, released => released.Epoch == 1);
        Assert.Contains(_scene.Shards.Store.Commits, commit => commit.History is not null);
        Assert.True(_scene.Keeper.Failed.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_shard_that_could_not_be_saved_while_stopping_is_not_released()
    {
        await _scene.StartAsync(Lease(1));
        await _scene.PublishAsync("one");
        var tried = await _scene.Shards.ExpectAsync("one");
        _scene.Shards.Store.Fault = _ => new StoreUnavailableException("the database is away");
        tried.Answer(AttemptResult.Delivered);
        var host = Assert.Single(_scene.Hosts.All);
        var stopped = _scene.Keeper.StopAsync().AsTask();
        await _scene.AdvanceUntilAsync(() => stopped.IsCompleted);
        await stopped;
        Assert.True(host.Ended.IsCompleted);
        Assert.False(host.HasSavedAll);
        for (var i = 0; i < 1000; i++) // code that watches the host has time to notice its end
            await Task.Yield();
        Assert.Empty(_scene.Ownership.Released);
    }

    // From now on, commits are refused. The additional event makes sure that there is one.
    private async Task FailCommitsAsync(Exception fault)
    {
        _scene.Shards.Store.Fault = _ => fault;
        await _scene.PublishAsync("more");
    }
}
