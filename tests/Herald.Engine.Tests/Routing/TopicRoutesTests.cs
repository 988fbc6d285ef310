using Herald.Engine.Routing;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Publishing;
using Herald.Engine.Tests.Shards;
using Xunit;

namespace Herald.Engine.Tests.Routing;

public sealed class TopicRoutesTests
{
    private readonly Publisher _publisher = new();

    [Fact]
    public void Look_ups_route_as_a_test_of_every_subscription_would()
    {
        var found = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var routes = TopicRoutes.None;
            var model = new SortedDictionary<int, SubscriptionEntry>();
            for (var step = 0; step < 60; step++)
            {
                var number = 1 + random.Next(25);
                if (random.Next(4) == 0)
                {
                    routes = routes.Without(number);
                    model.Remove(number);
                }
                else
                {
                    var revisions = Enumerable.Range(0, 1 + (random.Next(3) == 0 ? random.Next(4) : 0)).Select(_ => DrawFilter(random)).ToArray();
                    routes = routes.With(model[number] = SubscriptionEntries.Plain(number, filters: revisions));
                }
                Assert.Equal(model.Keys.Order(), routes.Subscriptions.Select(entry => entry.Subscription.Number));
                for (var i = 0; i < 5; i++)
                {
                    var sample = DrawEvent(random);
                    var expected = Expected(model.Values, sample);
                    found += expected.Count;
                    try
                    {
                        Assert.Equal(expected, Route(routes, sample));
                        Assert.Equal(expected, Route(routes, sample)); // now from the remembered routes
                    }
                    catch (Exception failure)
                    {
                        Assert.Fail($"seed {seed}, step {step}: {failure.Message}");
                    }
                }
            }
        }
        Assert.True(found > 3_000, $"only {found} routes were found in all");
    }

    [Fact]
    public void What_a_change_concerns_is_not_answered_from_memory_and_the_rest_is()
    {
        var sample = new SampleEvent { Type = "a" };
        var index = _publisher.Encode(sample).Index;
        var one = TopicRoutes.None.With(SubscriptionEntries.Plain(1, filters: Type("a")));
        Assert.Equal([new Route(1, 1)], Route(one, sample));
        Assert.True(one.TryFind(index, out _));

        var two = one.With(SubscriptionEntries.Plain(2, filters: Type("a")));
        Assert.False(two.TryFind(index, out _));
        Assert.Equal([new Route(1, 1), new Route(2, 1)], Route(two, sample));

        // The older version still answers as before, because readers may hold it.
        Assert.Equal([new Route(1, 1)], Route(one, sample));
        Assert.Equal([new Route(2, 1)], Route(two.Without(1), sample));
        Assert.Empty(Route(two.Without(1).Without(2), sample));
    }

    [Fact]
    public void A_change_that_concerns_others_costs_no_reading()
    {
        var index = _publisher.Encode(new SampleEvent { Type = "a", Attributes = [("x", "1")] }).Index;
        var routes = TopicRoutes.None.With(SubscriptionEntries.Plain(1, filters: Type("a")));
        Assert.Equal([new Route(1, 1)], Route(routes, new SampleEvent { Type = "a", Attributes = [("x", "1")] }));
        // Other subscriptions are created, paused and deleted, and change their filters.
        for (var i = 0; i < 5000; i++)
        {
            var other = 2 + (i % 100);
            routes = routes.With(SubscriptionEntries.Plain(other, filters: Type($"b{i % 200}")));
            routes = routes.With(SubscriptionEntries.Plain(other, filters: Type($"b{i % 200}")));
            if (i % 3 == 0)
                routes = routes.Without(other);
            Assert.True(routes.TryFind(index, out var found));
            Assert.Equal([new Route(1, 1)], found);
        }
        Assert.False(routes.With(SubscriptionEntries.Plain(900, filters: new Filter([new FilterClause("x", false, ["1"])]))).TryFind(index, out _));
        Assert.False(routes.With(SubscriptionEntries.Plain(900)).TryFind(index, out _));
        Assert.False(routes.Without(1).TryFind(index, out _));
    }

    [Fact]
    public void Filters_that_come_and_go_for_ever_leave_little_behind()
    {
        var sample = new SampleEvent { Type = "a" };
        var routes = TopicRoutes.None.With(SubscriptionEntries.Plain(1, filters: Type("a")));
        for (var i = 0; i < 3000; i++)
            routes = routes.With(SubscriptionEntries.Plain(2, filters: Type($"b{i}"))).Without(2);
        Assert.InRange(routes.AnchorCount, 1, 1003);
        Assert.Equal([new Route(1, 1)], Route(routes, sample));
    }

    [Fact]
    public void Every_revision_that_matches_is_told_by_its_number()
    {
        var routes = TopicRoutes.None.With(SubscriptionEntries.Plain(3, filters: [Type("a"), Filter.All, Type("b"), Type("a", "b")]));
        Assert.Equal([new Route(3, 1), new Route(3, 2), new Route(3, 4)], Route(routes, new SampleEvent { Type = "a" }));
        Assert.Equal([new Route(3, 2)], Route(routes, new SampleEvent()));
    }

    [Fact]
    public void Without_filters_an_event_need_not_be_read()
    {
        var routes = TopicRoutes.None.With(SubscriptionEntries.Plain(2)).With(SubscriptionEntries.Plain(1));
        Assert.True(routes.TryFind(_publisher.Encode(new SampleEvent { Type = "x" }).Index, out var found));
        Assert.Equal([new Route(1, 1), new Route(2, 1)], found);
        Assert.True(TopicRoutes.None.TryFind(default, out found));
        Assert.Empty(found);
    }

    [Fact]
    public void A_filter_that_was_changed_leaves_nothing_of_the_old_one_behind()
    {
        var routes = TopicRoutes.None.With(SubscriptionEntries.Plain(1, filters: Type("a"))).With(SubscriptionEntries.Plain(1, filters: Type("b")));
        Assert.Empty(Route(routes, new SampleEvent { Type = "a" }));
        Assert.Equal([new Route(1, 1)], Route(routes, new SampleEvent { Type = "b" }));
        Assert.Single(routes.Subscriptions);
    }

    [Fact]
    public void The_type_and_an_attribute_called_type_are_not_the_same()
    {
        var routes = TopicRoutes.None.With(SubscriptionEntries.Plain(1, filters: Type("a")))
            .With(SubscriptionEntries.Plain(2, filters: new Filter([new FilterClause("type", false, ["a"])])));
        Assert.Equal([new Route(1, 1)], Route(routes, new SampleEvent { Type = "a" }));
        Assert.Equal([new Route(2, 1)], Route(routes, new SampleEvent { Attributes = [("type", "a")] }));
    }

    private static Filter Type(params string[] values) => new([new FilterClause(Filter.TypeClause, true, values)]);

    private Route[] Route(TopicRoutes routes, SampleEvent sample)
    {
        var (view, index) = _publisher.Encode(sample);
        return routes.TryFind(index, out var known) ? known : routes.Find(index, view);
    }

    private static List<Route> Expected(IEnumerable<SubscriptionEntry> subscriptions, SampleEvent sample)
    {
        var values = sample.Attributes.ToDictionary(a => (a.Name, false), a => a.Value);
        if (sample.Type.Length > 0)
            values[(Filter.TypeClause, true)] = sample.Type;
        return
        [
            .. from subscription in subscriptions
               from revision in subscription.Revisions
               where revision.Filter.Clauses.All(c => values.TryGetValue((c.Attribute, c.IsType), out var value) && c.Values.Contains(value))
               select new Route(subscription.Subscription.Number, revision.Number),
        ];
    }

    // There are few names and values, so that many events match.
    private static Filter DrawFilter(Random random)
    {
        string[] names = ["type", "colour", "size"];
        var clauses = new List<FilterClause>();
        foreach (var name in names)
        {
            if (random.Next(3) == 0)
                clauses.Add(new FilterClause(name, false, DrawValues(random)));
        }
        if (random.Next(3) == 0)
            clauses.Add(new FilterClause(Filter.TypeClause, true, DrawValues(random)));
        return new Filter(clauses);
    }

    private static List<string> DrawValues(Random random) => [.. Enumerable.Range(0, 5).Where(_ => random.Next(2) == 0).Append(random.Next(5)).Distinct().Select(v => $"{v}")];

    private static SampleEvent DrawEvent(Random random)
    {
        var attributes = new List<(string, string)>();
        foreach (var name in new[] { "size", "type", "colour", "other" })
        {
            if (random.Next(2) == 0)
                attributes.Add((name, $"{random.Next(6)}"));
        }
        return new SampleEvent { Type = random.Next(3) == 0 ? "" : $"{random.Next(6)}", Attributes = attributes };
    }
}
