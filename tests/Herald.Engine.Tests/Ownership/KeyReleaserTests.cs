using Herald.Engine.Catalogs;
using Herald.Engine.Inspection;
using Herald.Engine.Ownership;
using Herald.Engine.Progress;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Sending;
using Herald.Engine.Tests.Shards;
using Herald.Engine.Tests.Stores;
using Xunit;

namespace Herald.Engine.Tests.Ownership;

/// <summary>The release of a held key is answered only once it is durable: a crash after the answer cannot undo it.</summary>
public sealed class KeyReleaserTests : IAsyncDisposable
{
    private readonly HostScene _scene = new();
    private readonly ShardHosts _hosts = new(1);
    private bool _isAway;

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_answered_when_it_is_saved(bool discard)
    {
        var order = await HoldAsync(discard);
        _isAway = true;
        var answer = ReleaseAsync(order);
        while (await _scene.Host.CallAsync(machine => Head(machine)?.State == LaneState.Held, default))
            await Task.Yield();
        await _scene.RoundsAsync(10);
        Assert.False(answer.IsCompleted);
        Assert.True(IsSavedAsHeld());

        _isAway = false;
        Assert.True(await WhenAnsweredAsync(answer));
        Assert.False(IsSavedAsHeld());
        Assert.False(await ReleaseAsync(order with { Sequence = 7 }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_history_has_the_hold_and_who_ended_it(bool discard)
    {
        var order = await HoldAsync(discard);
        Assert.True(await WhenAnsweredAsync(ReleaseAsync(order with { By = "ops" })));
        var told = _scene.Store.Commits.Where(c => c.History is not null).SelectMany(c => AttemptHistory.Read(c.History!, 1))
            .Where(r => r.Result is null).Select(r => (r.Kind, r.Generation, r.By));
        Assert.Equal([(HistoryKind.Hold, 1, ""), (discard ? HistoryKind.Skip : HistoryKind.Release, 1, "ops")], told);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_order_that_left_with_its_shard_is_answered_only_if_the_next_owner_fulfils_it_anyway(bool discard)
    {
        // Nothing is saved, so the next owner knows neither that the key was held nor the order.
        _scene.Store.Fault = _ => new StoreUnavailableException("The test's store is away.");
        await _scene.StartAsync(draft => draft with { Retry = new RetryPolicy { MaxAttempts = 1, OnExhausted = OnExhausted.Hold } });
        _hosts.Replace([_scene.Host]);
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        while (await _scene.Host.CallAsync(machine => Head(machine)?.State != LaneState.Held, default))
            await Task.Yield();
        var answer = ReleaseAsync(new ReleaseOrder(OneShardLog.Shard, _scene.Subscription.Number, 1, discard));
        while (await _scene.Host.CallAsync(machine => Head(machine)?.State == LaneState.Held, default))
            await Task.Yield();
        _hosts.Replace([]);
        _scene.Host.Abort();
        if (discard)
            await Assert.ThrowsAsync<StoreUnavailableException>(() => answer);
        else
            Assert.True(await answer);
    }

    [Fact]
    public async Task A_discard_is_not_done_when_another_operator_has_released_the_key()
    {
        var order = await HoldAsync(discard: true);
        // As far as this node knows, the shard runs elsewhere. So the order waits in the catalog for the owner.
        _hosts.Replace([]);
        var answer = ReleaseAsync(order);
        await _scene.Clock.WhenArmedAsync(1);
        // Another operator asks the owner itself.
        Assert.True((await _scene.Host.ReleaseAsync(order with { Discard = false }, default)).Done);
        var again = await _scene.ExpectAsync("one");
        Assert.False(await WhenAnsweredAsync(answer));
        again.Answer(Results.Status500);
    }

    private async Task<ReleaseOrder> HoldAsync(bool discard)
    {
        _scene.Store.Fault = _ => _isAway ? new StoreUnavailableException("The test's store is away.") : null;
        await _scene.StartAsync(draft => draft with { Retry = new RetryPolicy { MaxAttempts = 1, OnExhausted = OnExhausted.Hold } });
        _hosts.Replace([_scene.Host]);
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        await _scene.WhenStoredAsync(_ => IsSavedAsHeld());
        return new ReleaseOrder(OneShardLog.Shard, _scene.Subscription.Number, 1, discard);
    }

    private Task<bool> ReleaseAsync(ReleaseOrder order)
    {
        var releaser = new KeyReleaser(_scene.Catalog, _hosts, new ShardViews(_scene.Log, _scene.Store, _hosts), _scene.Clock);
        return releaser.ReleaseAsync(_scene.Cache.Snapshot.ByNumber[order.Subscription], order, default).AsTask();
    }

    private async Task<bool> WhenAnsweredAsync(Task<bool> answer)
    {
        while (await Task.WhenAny(answer, _scene.Clock.WhenArmedAsync(1)) != answer)
        {
            _scene.Clock.Advance(TimeSpan.FromMilliseconds(250));
            // The time for which an answer is waited must not pass before the shard has had its turns.
            await _scene.RoundsAsync(3);
        }
        return await answer;
    }

    private bool IsSavedAsHeld() =>
        SavedProgress.Of([.. _scene.Store.Commits.Select(one => one.Progress)]).States.Values
            .Any(state => state.Lanes.Values.Any(lane => lane.Held));

    private static Lane? Head(ShardMachine machine) => machine.States.Values.SingleOrDefault()?.Lanes.Values.SingleOrDefault();
}
