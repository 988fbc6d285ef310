using Herald.Lab.Orders;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Lab.Tests.Orders;

public sealed class OrderGeneratorTests
{
    private readonly ManualClock _clock = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void Every_order_goes_through_its_states_and_is_followed_by_a_new_one()
    {
        var orders = Tell(new OrderGenerator(3, 5, 1, _clock), 3 * 5 * OrderGenerator.States * 2).GroupBy(message => message.OrderId).ToList();
        Assert.Equal(3 * 5 * 2, orders.Count);
        Assert.All(orders, order =>
        {
            Assert.Equal(Enumerable.Range(0, OrderGenerator.States).Select(number => (long)number), order.Select(message => message.SequenceNumber));
            Assert.Equal(Enumerable.Range(1, OrderGenerator.States).Select(number => $"state{number}"), order.Select(message => message.Type));
            Assert.Single(order.Select(message => message.CustomerId).Distinct());
        });
    }

    [Fact]
    public void Events_are_spread_evenly_over_customers_and_so_many_orders_are_open()
    {
        var story = new OrderGenerator(4, 7, 1, _clock);
        var messages = Tell(story, 4 * 7 * 3);
        Assert.All(messages.Chunk(4), turn => Assert.Equal(story.Customers, turn.Select(message => message.CustomerId)));
        Assert.All(messages.GroupBy(message => message.CustomerId), customer => Assert.Equal(7, customer.Select(message => message.OrderId).Distinct().Count()));
    }

    [Fact]
    public void Customers_follow_from_the_seed_and_ids_never_come_twice()
    {
        var (first, again, other) = (new OrderGenerator(10, 1, 1, _clock), new OrderGenerator(10, 1, 1, _clock), new OrderGenerator(10, 1, 2, _clock));
        Assert.Equal(first.Customers, again.Customers);
        Assert.Empty(first.Customers.Intersect(other.Customers));
        Assert.All(first.Customers, customer => Assert.Equal(4, customer.Version));
        var messages = Tell(first, 100).Concat(Tell(again, 100)).ToList();
        Assert.Equal(200, messages.Select(message => message.Id).Distinct().Count());
        Assert.Empty(Tell(first, 10).Select(message => message.OrderId).Intersect(Tell(again, 10).Select(message => message.OrderId)));
        Assert.All(messages, message => Assert.Equal(7, message.Id.Version));
    }

    private static List<OrderMessage> Tell(OrderGenerator story, int count) => [.. Enumerable.Range(0, count).Select(_ => story.Next())];
}
