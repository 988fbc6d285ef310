using Herald.Messages.Providers;

namespace Herald.Messages.Tests;

public sealed class WaitingLineTests
{
    private readonly WaitingLine _line = new();

    [Fact]
    public void Subscriptions_are_served_in_turn_and_each_in_its_own_order()
    {
        var waiters = Add(1, 1, 1, 2, 2, 3);
        Assert.Equal([waiters[0], waiters[3], waiters[5], waiters[1], waiters[4], waiters[2], null], TakeAll(7));
    }

    [Fact]
    public void One_that_comes_back_at_once_is_behind_the_others_and_one_that_comes_after_a_rest_is_before_them()
    {
        Add(1, 1, 1, 2);
        Assert.Equal([1, 2], Subscriptions(2));
        Add(2);
        Assert.Equal([1, 2], Subscriptions(2));
        // Its place in the round is passed over, and it is as one that was never there.
        Add(1, 1);
        Assert.Equal([1, 1], Subscriptions(2));
        Add(2);
        Assert.Equal([2, 1], Subscriptions(2));
        Assert.Equal(0, _line.Count);
    }

    [Fact]
    public void One_that_gives_up_is_passed_over()
    {
        var waiters = Add(1, 2, 2);
        Assert.True(_line.Remove(waiters[1]));
        Assert.False(_line.Remove(waiters[1]));
        Assert.Equal([waiters[0], waiters[2], null], TakeAll(3));
        Assert.False(_line.Remove(waiters[0]));
    }

    /// <summary>It never says too few, and at most one of each other subscription too many.</summary>
    [Fact]
    public void It_knows_how_many_are_before_one_more()
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var line = new WaitingLine();
            for (var n = random.Next(30); n > 0; n--)
            {
                line.Add(new(random.Next(6)));
                if (random.Next(4) == 0)
                    line.Take();
            }
            var subscription = random.Next(6);
            var ahead = line.Ahead(subscription);
            var mine = new WaitingLine.Waiter(subscription);
            line.Add(mine);
            var before = 0;
            while (line.Take() is { } next && next != mine)
                before++;
            // Each other one may have had its turn of this round already.
            Assert.InRange(before, ahead - 5, ahead);
        }
    }

    private List<WaitingLine.Waiter> Add(params int[] subscriptions)
    {
        var waiters = subscriptions.Select(subscription => new WaitingLine.Waiter(subscription)).ToList();
        waiters.ForEach(_line.Add);
        return waiters;
    }

    private List<WaitingLine.Waiter?> TakeAll(int count) => [.. Enumerable.Range(0, count).Select(_ => _line.Take())];

    private List<int> Subscriptions(int count) => [.. Enumerable.Range(0, count).Select(_ => _line.Take()!.Subscription)];
}
