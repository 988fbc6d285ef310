using Herald.Engine.Shards;
using Xunit;

namespace Herald.Engine.Tests.Shards;

public sealed class CatchUpReadersTests
{
    private readonly CatchUpReaders _readers = new();
    private readonly SubscriptionState _one = new(SubscriptionEntries.Plain(1)), _other = new(SubscriptionEntries.Plain(2));

    [Fact]
    public void Lanes_of_all_subscriptions_are_found_by_their_key()
    {
        Lane[] lanes = [new(_one, 5), new(_other, 5), new(_one, 6)];
        foreach (var lane in lanes)
            _readers.Add(lane);
        Assert.Equal([lanes[0], lanes[1]], _readers.LanesOf(5));
        Assert.Null(_readers.LanesOf(7));
        Assert.Equal((3, false, false), (_readers.Lanes, _readers.HasSubscriptions, _readers.IsEmpty));

        _readers.Remove(lanes[0]);
        Assert.Equal([lanes[1]], _readers.LanesOf(5));
        _readers.Remove(lanes[1]);
        Assert.Null(_readers.LanesOf(5));
        Assert.Equal([lanes[2]], _readers.All().Lanes);
    }

    [Fact]
    public void Subscriptions_and_lanes_are_counted_apart()
    {
        var lane = new Lane(_one, 5);
        _readers.Add(_one);
        _readers.Add(lane);
        Assert.Equal((1, true), (_readers.Lanes, _readers.HasSubscriptions));
        Assert.Equal([_one], _readers.All().Subscriptions);
        _readers.Remove(_one);
        Assert.Equal((1, false, false), (_readers.Lanes, _readers.HasSubscriptions, _readers.IsEmpty));
        _readers.Remove(lane);
        Assert.True(_readers.IsEmpty);
    }
}
