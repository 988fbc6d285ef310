using Herald.Engine.Progress;
using Herald.Engine.Shards;
using Xunit;

namespace Herald.Engine.Tests.Shards;

public sealed class LaneTests
{
    private readonly Lane _lane = new(new SubscriptionState(SubscriptionEntries.Plain(1)), 5);

    [Fact]
    public void Deliveries_leave_in_the_order_they_came()
    {
        var random = new Random(1);
        var model = new Queue<long>();
        for (long i = 1; i < 2000; i++)
        {
            if (random.Next(5) < 3)
            {
                _lane.Push(Item(i));
                model.Enqueue(i);
            }
            else if (model.Count > 0)
            {
                _lane.Pop();
                model.Dequeue();
            }
            Assert.Equal(model.Count, _lane.Count);
            Assert.Equal(model, _lane.Items.Select(item => item.Sequence));
            if (model.Count > 0)
                Assert.Equal((model.Peek(), model.Last()), (_lane.Head.Sequence, _lane.LastSequence));
        }
    }

    [Fact]
    public void Keeping_the_head_only_tells_where_the_rest_began()
    {
        _lane.Push(Item(3));
        Assert.Equal(0, _lane.KeepHeadOnly());
        _lane.Push(Item(7));
        _lane.Push(Item(9));
        Assert.Equal(7, _lane.KeepHeadOnly());
        Assert.Equal((1, 3L, 3L), (_lane.Count, _lane.Head.Sequence, _lane.LastSequence));
        _lane.Push(Item(11));
        Assert.Equal([3L, 11L], _lane.Items.Select(item => item.Sequence));
    }

    [Fact]
    public void The_next_head_begins_with_no_attempts()
    {
        _lane.Push(Item(1));
        _lane.Push(Item(2));
        (_lane.Attempts, _lane.FirstAttemptAtMs, _lane.DueMs, _lane.EndpointTroubled) = (3, 4, 5, true);
        _lane.Pop();
        Assert.Equal((0, 0L, 0L, false), (_lane.Attempts, _lane.FirstAttemptAtMs, _lane.DueMs, _lane.EndpointTroubled));
    }

    [Fact]
    public void A_lane_is_detached_while_it_has_to_read_or_is_outside_the_window()
    {
        foreach (var mode in Enum.GetValues<CatchUpMode>())
        {
            _lane.Mode = mode;
            Assert.Equal((mode != CatchUpMode.AtHead, mode == CatchUpMode.OutsideWindow), (_lane.Detached, _lane.OutsideWindow));
        }
    }

    private static LaneItem Item(long sequence) => new(sequence, 1, 1);
}
