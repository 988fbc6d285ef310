using Herald.Engine.Sending;
using Xunit;

namespace Herald.Engine.Tests.Sending;

public sealed class ByteGateTests
{
    private readonly ByteGate _gate = new(100);

    [Fact]
    public void What_fits_enters_at_once_and_what_does_not_waits()
    {
        Assert.True(Enter(1, 60).IsCompleted);
        Assert.True(Enter(2, 40).IsCompleted);
        Assert.False(Enter(3, 1).IsCompleted);
    }

    [Fact]
    public async Task One_event_always_gets_through_however_large()
    {
        await Enter(1, 1000);
        var second = Enter(1, 1000);
        Assert.False(second.IsCompleted);
        _gate.Leave(1, 1000);
        await second;
    }

    [Fact]
    public void A_subscription_leaves_room_and_another_enters_at_once()
    {
        for (var i = 0; i < 70; i++)
            Assert.True(Enter(1, 1).IsCompleted);
        var next = Enter(1, 1);
        Assert.False(next.IsCompleted);
        Assert.True(Enter(2, 10).IsCompleted);
        _gate.Leave(2, 10);
        Assert.False(next.IsCompleted);
        _gate.Leave(1, 1);
        Assert.True(next.IsCompleted);
    }

    [Fact]
    public async Task Those_of_one_subscription_enter_in_the_order_they_came()
    {
        await Enter(1, 75);
        var (large, small) = (Enter(1, 50), Enter(1, 1));
        Assert.True(Enter(2, 5).IsCompleted);
        _gate.Leave(2, 5);
        Assert.False(small.IsCompleted);
        _gate.Leave(1, 75);
        await large;
        await small;
    }

    [Fact]
    public async Task Small_ones_pass_a_large_one_that_has_no_room_yet()
    {
        await Enter(1, 60);
        var large = Enter(2, 70);
        Assert.True(Enter(3, 5).IsCompleted);
        Assert.True(Enter(4, 5).IsCompleted);
        _gate.Leave(3, 5);
        Assert.False(large.IsCompleted);
        _gate.Leave(1, 60);
        await large;
    }

    [Fact]
    public async Task A_large_one_comes_in_however_many_small_ones_there_are()
    {
        var gate = new ByteGate(1000);
        // Two subscriptions take turns, so that one always holds bytes. As long as they are let in first, the large attempt never has
        // room.
        await gate.EnterAsync(1, 200);
        var large = gate.EnterAsync(2, 900).AsTask();
        var passed = 0L;
        for (var i = 0; !large.IsCompleted; i++)
        {
            Assert.True(passed <= 2000, $"{passed} bytes have passed");
            var next = gate.EnterAsync(3 + (i % 2), 200).AsTask();
            passed += next.IsCompleted ? 200 : 0;
            gate.Leave(i == 0 ? 1 : 3 + ((i - 1) % 2), 200);
            if (!next.IsCompleted)
                break;
        }
        await large;
    }

    [Fact]
    public async Task Small_ones_of_subscriptions_that_hold_nothing_pass_even_one_that_has_waited_long_but_not_for_ever()
    {
        var gate = new ByteGate(6400);
        await gate.EnterAsync(1, 3000);
        var large = gate.EnterAsync(2, 5000).AsTask();
        var passed = 0;
        for (; gate.EnterAsync(3, 100).AsTask() is { IsCompleted: true }; passed += 100)
            gate.Leave(3, 100);
        Assert.InRange(passed, 8 * 6400, (8 * 6400) + 100);
        gate.Leave(1, 3000);
        await large;
    }

    [Fact]
    public void It_never_holds_more_and_lets_everyone_in()
    {
        var random = new Random(1);
        var waiting = new List<(int Subscription, int Bytes, Task Entered)>();
        var inside = new List<(int Subscription, int Bytes)>();
        for (var i = 0; i < 5000 || waiting.Count > 0; i++)
        {
            if (i < 5000 && random.Next(2) == 0)
            {
                var (subscription, bytes) = (random.Next(4), 1 + random.Next(150));
                waiting.Add((subscription, bytes, Enter(subscription, bytes)));
            }
            else if (inside.Count > 0)
            {
                var leaving = random.Next(inside.Count);
                _gate.Leave(inside[leaving].Subscription, inside[leaving].Bytes);
                inside.RemoveAt(leaving);
            }
            foreach (var entered in waiting.Where(one => one.Entered.IsCompleted).ToList())
            {
                inside.Add((entered.Subscription, entered.Bytes));
                waiting.Remove(entered);
            }
            Assert.True(inside.Sum(one => one.Bytes) <= 100 || inside.Count == 1);
            Assert.True(waiting.Count == 0 || inside.Count > 0);
        }
    }

    private Task Enter(int subscription, long bytes) => _gate.EnterAsync(subscription, bytes).AsTask();
}
