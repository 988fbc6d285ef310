using Herald.Engine.Routing;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Publishing;
using Herald.Engine.Tests.Shards;
using Xunit;

namespace Herald.Engine.Tests.Routing;

public sealed class RouteMemoryTests
{
    private readonly Publisher _publisher = new();

    [Fact]
    public void Events_that_are_all_different_in_many_topics_take_no_more_than_the_bound()
    {
        const long Most = 256 << 10;
        var memory = new RouteMemory(Most);
        var topics = Enumerable.Range(0, 50).Select(_ => TopicWith(memory, subscriptions: 20)).ToList();
        var largest = 0L;
        for (var i = 0; i < 20_000; i++)
        {
            Route(topics[i % topics.Count], new SampleEvent { Type = "a", Attributes = [("order", $"{i}")] });
            largest = Math.Max(largest, memory.Bytes);
        }
        Assert.InRange(largest, Most / 2, Most + 1000);
    }

    [Fact]
    public void What_is_asked_for_again_and_again_stays_known_while_others_come_and_go()
    {
        var memory = new RouteMemory(64 << 10);
        var topic = TopicWith(memory, subscriptions: 3);
        var usual = new SampleEvent { Type = "a", Attributes = [("state", "paid")] };
        var index = _publisher.Encode(usual).Index;
        Route(topic, usual);
        for (var i = 0; i < 5000; i++)
        {
            Route(topic, new SampleEvent { Type = "a", Attributes = [("order", $"{i}")] });
            if (i % 20 == 0)
                Assert.True(topic.TryFind(index, out _), $"it was forgotten before event {i}");
        }
        Assert.False(topic.TryFind(_publisher.Encode(new SampleEvent { Type = "a", Attributes = [("order", "1")] }).Index, out _));
    }

    [Fact]
    public void Many_subscriptions_that_want_the_same_events_are_kept_once()
    {
        var memory = new RouteMemory(1 << 20);
        var topic = TopicWith(memory, subscriptions: 1001);
        for (var i = 0; i < 1000; i++)
            Assert.Equal(1001, Route(topic, new SampleEvent { Type = "a", Attributes = [("order", $"{i}")] }).Length);
        Assert.InRange(memory.Bytes, 1000, 400_000); // a copy for each event would take 8 MB
        Assert.True(topic.TryFind(_publisher.Encode(new SampleEvent { Type = "a", Attributes = [("order", "0")] }).Index, out var first));
        Assert.True(topic.TryFind(_publisher.Encode(new SampleEvent { Type = "a", Attributes = [("order", "999")] }).Index, out var last));
        Assert.Same(first, last);
    }

    [Fact]
    public void What_is_larger_than_all_there_is_room_for_is_not_kept()
    {
        var memory = new RouteMemory(4 << 10);
        var topic = TopicWith(memory, subscriptions: 1001);
        var sample = new SampleEvent { Type = "a" };
        Assert.Equal(1001, Route(topic, sample).Length);
        Assert.Equal(0, memory.Bytes);
        Assert.False(topic.TryFind(_publisher.Encode(sample).Index, out _));
    }

    [Fact]
    public void A_topic_does_not_know_what_another_one_does()
    {
        var memory = new RouteMemory(1 << 20);
        var (one, other) = (TopicWith(memory, subscriptions: 1), TopicWith(memory, subscriptions: 2));
        var sample = new SampleEvent { Type = "a" };
        Assert.Single(Route(one, sample));
        Assert.False(other.TryFind(_publisher.Encode(sample).Index, out _));
        Assert.Equal(2, Route(other, sample).Length);
    }

    private static TopicRoutes TopicWith(RouteMemory memory, int subscriptions)
    {
        var routes = TopicRoutes.In(memory);
        for (var number = 1; number <= subscriptions; number++)
            routes = routes.With(SubscriptionEntries.Plain(number, filters: new Filter([new FilterClause(Filter.TypeClause, true, ["a"])])));
        return routes;
    }

    private Route[] Route(TopicRoutes routes, SampleEvent sample)
    {
        var (view, index) = _publisher.Encode(sample);
        return routes.TryFind(index, out var known) ? known : routes.Find(index, view);
    }
}
