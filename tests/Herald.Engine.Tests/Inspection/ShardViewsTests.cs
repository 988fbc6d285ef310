using Herald.Engine.Channels;
using Herald.Engine.Inspection;
using Herald.Engine.Ownership;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Shards;
using Herald.Engine.Tests.Stores;
using Xunit;

namespace Herald.Engine.Tests.Inspection;

/// <summary>Where a report comes from: the shard while it runs here, otherwise what it saved.</summary>
public sealed class ShardViewsTests : IAsyncDisposable
{
    private readonly HostScene _scene = new();
    private readonly ShardHosts _hosts = new(1);
    private readonly ShardViews _looks;

    public ShardViewsTests() => _looks = new ShardViews(_scene.Log, _scene.Store, _hosts);

    private SubscriptionEntry Entry => _scene.Cache.Snapshot.ByNumber.Values.Single();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_shard_that_has_left_between_look_up_and_call_is_known_by_what_it_saved()
    {
        await StartAsync();
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        await _scene.Store.WhenAsync(commit => commit.History is not null);
        Assert.Equal((false, 1), await LookAsync());
        Assert.True(await _looks.HasPassedAsync(OneShardLog.Shard, Entry, 1));

        await _scene.Host.StopAsync();
        Assert.Equal((true, 1), await LookAsync());
        Assert.True(await _looks.HasPassedAsync(OneShardLog.Shard, Entry, 1));
        _hosts.Replace([]);
        Assert.Equal((true, 1), await LookAsync());
        Assert.False(await _looks.HasPassedAsync(OneShardLog.Shard, Entry, 2));
    }

    [Fact]
    public async Task A_shard_that_left_without_saving_has_passed_nothing()
    {
        await StartAsync();
        _scene.Store.Fault = _ => new StoreUnavailableException("not now");
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        var passed = _looks.HasPassedAsync(OneShardLog.Shard, Entry, 1);
        _scene.Host.Abort();
        await _scene.Host.Ended;
        Assert.False(await passed);
        Assert.Equal((true, 0), await LookAsync());
    }

    [Fact]
    public async Task A_request_that_is_cancelled_asks_no_further_shard()
    {
        await StartAsync();
        var asked = false;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await _looks.AskAsync(OneShardLog.Shard, _ => asked = true, new CancellationToken(canceled: true)));
        Assert.False(asked);
    }

    private async Task StartAsync()
    {
        await _scene.StartAsync();
        _hosts.Replace([_scene.Host]);
    }

    private ValueTask<(bool IsSaved, long Position)> LookAsync() =>
        _looks.AskAsync(OneShardLog.Shard, shard => shard.Of(Entry) is var look ? (look.IsSaved, look.Position) : default, CancellationToken.None);
}
