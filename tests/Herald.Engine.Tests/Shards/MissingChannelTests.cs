using Herald.Engine.Shards;
using Herald.Engine.Sending;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>
/// A store can contain endpoints that this node has no channel for: the node's program or settings do not include the channel.
/// </summary>
public sealed class MissingChannelTests : IAsyncDisposable
{
    private readonly HostScene _scene = new(hasChannel: false);

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_subscription_without_a_channel_waits_and_is_looked_at_every_few_seconds()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one", "two", "three"], key: i => $"k{i}");
        await _scene.RoundsAsync(100);
        // The first attempts had got permits before the channel was found to be missing.
        var first = _scene.Log.Reads.Sum(read => read.Length);
        Assert.InRange(first, 1, 3);
        Assert.Equal(1, _scene.Lines.Count("no channel for http:// endpoints"));
        var look = _scene.Ledger.Look(_scene.Subscription);
        Assert.Equal((0, 0, LimitReason.EndpointSilent), (look.InFlight, look.Limit, look.Reason));

        for (var probes = 1; probes <= 10; probes++)
        {
            _scene.Clock.Advance(TimeSpan.FromSeconds(6));
            await _scene.RoundsAsync(20);
            Assert.InRange(_scene.Log.Reads.Sum(read => read.Length), first, first + probes + 1);
        }
        Assert.True(_scene.Log.Reads.Sum(read => read.Length) > first, "nobody looks whether there is a channel by now");
        Assert.Equal(1, _scene.Lines.Count("no channel"));
    }

    [Fact]
    public async Task Waiting_for_a_channel_uses_no_attempts_and_no_time_of_the_policy()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one"]);
        await _scene.RoundsAsync(20);
        _scene.Clock.Advance(TimeSpan.FromDays(30));
        await _scene.RoundsAsync(20);
        var lane = await _scene.Host.CallAsync(machine => machine.States.Values.Single().Lanes.Values.Single(), default);
        Assert.Equal((0, 0), (lane.Attempts, lane.State == LaneState.InFlight ? 0 : lane.FirstAttemptAtMs));
    }
}
