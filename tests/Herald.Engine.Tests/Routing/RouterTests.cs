using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Routing;
using Herald.Engine.Shards;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Publishing;
using Herald.Engine.Tests.Shards;
using Herald.Engine.Tests.Stores;
using Herald.TestKit.Hashes;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Routing;

public sealed class RouterTests
{
    private static readonly Topic Topic = new("t", 1, DateTimeOffset.UnixEpoch, 1);
    private readonly OneShardLog _log = new();
    private readonly Intake _intake;
    private readonly Router _router;

    public RouterTests()
    {
        _intake = new Intake(_log, new IntakeOptions(), new ManualClock());
        _router = new Router(_log, OneShardLog.Shard);
    }

    [Fact]
    public async Task Events_whose_type_and_attributes_were_seen_before_are_not_read_again()
    {
        var catalog = CatalogOf(SubscriptionEntries.Plain(1, filters: TypeIs("paid")));
        await PublishAsync("paid", "placed");
        Assert.Equal([[1], []], await RouteAsync(catalog, 1, 2));
        await PublishAsync("placed", "paid", "paid");
        Assert.Equal([[], [1], [1]], await RouteAsync(catalog, 3, 5));
        Assert.Equal([[1L, 2]], _log.Reads);
    }

    [Fact]
    public async Task New_ones_of_a_chunk_are_read_in_one_go_and_known_ones_left_out()
    {
        var catalog = CatalogOf(SubscriptionEntries.Plain(1, filters: TypeIs("c")), SubscriptionEntries.Plain(2, filters: TypeIs("b")));
        await PublishAsync("a", "b", "a", "c");
        await RouteAsync(catalog, 1, 1);
        Assert.Equal([[], [2], [], [1]], await RouteAsync(catalog, 1, 4));
        Assert.Equal([[1L], [2L, 4]], _log.Reads);
    }

    [Fact]
    public async Task Without_a_filter_nothing_is_read_at_all()
    {
        await PublishAsync("a", "b");
        Assert.Equal([[1, 2], [1, 2]], await RouteAsync(CatalogOf(SubscriptionEntries.Plain(1), SubscriptionEntries.Plain(2)), 1, 2));
        Assert.Empty(_log.Reads);
    }

    [Fact]
    public async Task What_is_no_longer_kept_goes_to_nobody_and_shifts_no_other()
    {
        var catalog = CatalogOf(SubscriptionEntries.Plain(1, filters: TypeIs("b")), SubscriptionEntries.Plain(2, filters: TypeIs("a")));
        await PublishAsync("a", "b", "c", "b");
        var entries = _log.Entries;
        _log.Free(below: 3);
        var routed = await _router.RouteAsync(entries, catalog, default);
        Assert.Equal([[], [], [], [1]], Numbers(routed));
    }

    [Fact]
    public async Task What_is_damaged_goes_to_who_has_no_filter_and_is_not_remembered()
    {
        var catalog = CatalogOf(SubscriptionEntries.Plain(1, filters: TypeIs("b")), SubscriptionEntries.Plain(2), SubscriptionEntries.Plain(3, filters: TypeIs("a")));
        await PublishAsync("a", "b", "a", "b");
        _log.Damage(2);
        var routed = await _router.RouteAsync(_log.Entries, catalog, default);
        Assert.Equal([[2, 3], [2], [2, 3], [1, 2]], Numbers(routed));
        Assert.Equal([false, true, false, false], routed.ToArray().Select(entry => entry.IsUnreadable));
    }

    [Fact]
    public async Task A_changed_catalog_is_not_answered_from_memory()
    {
        await PublishAsync("a", "a");
        Assert.Equal([[1]], await RouteAsync(CatalogOf(SubscriptionEntries.Plain(1, filters: TypeIs("a"))), 1, 1));
        Assert.Equal([[]], await RouteAsync(CatalogOf(SubscriptionEntries.Plain(1, filters: TypeIs("b"))), 2, 2));
    }

    [Fact]
    public async Task An_event_made_to_look_like_another_does_not_take_its_routes()
    {
        var (own, forged) = ForgedPair.Of(1);
        var catalog = CatalogOf(SubscriptionEntries.Plain(1, filters: new Filter([new FilterClause("from", false, [own])])));
        await PublishAsync(new SampleEvent { Key = "k", Attributes = [("from", forged)] }, new SampleEvent { Key = "k", Attributes = [("from", own)] });
        Assert.Equal([[]], await RouteAsync(catalog, 1, 1));
        Assert.Equal([[1]], await RouteAsync(catalog, 2, 2));
    }

    [Fact]
    public async Task A_redrive_goes_to_the_subscription_it_is_addressed_to_and_to_no_other()
    {
        await PublishAsync("a");
        var entry = _log.Entries[0] with { Flags = EventFlags.Addressed, RouteHash = 77 };
        var catalog = CatalogOf(SubscriptionEntries.Plain(1), SubscriptionEntries.Plain(2));
        var routed = await _router.RouteAsync(new[] { entry }, catalog with { ByAddress = catalog.ByAddress.Add(77, 2) }, default);
        Assert.Equal(new Route(2, Route.Addressed), Assert.Single(routed.Span[0].Routes));
        Assert.Equal([[]], Numbers(await _router.RouteAsync(new[] { entry }, catalog, default)));
    }

    private static Filter TypeIs(string type) => new([new FilterClause(Filter.TypeClause, true, [type])]);

    private static CatalogSnapshot CatalogOf(params SubscriptionEntry[] entries)
    {
        var catalog = CatalogSnapshot.Empty;
        foreach (var entry in entries)
            catalog = catalog.WithTopic(entry.Subscription.TopicNumber).With(entry, (ulong)entry.Subscription.Number);
        return catalog;
    }

    private static int[][] Numbers(ReadOnlyMemory<Engine.Shards.RoutedEntry> routed) =>
        [.. routed.ToArray().Select(entry => entry.Routes.Select(route => route.Subscription).ToArray())];

    private Task PublishAsync(params string[] types) => PublishAsync([.. types.Select(type => new SampleEvent { Type = type, Key = "k" })]);

    private async Task PublishAsync(params SampleEvent[] events)
    {
        using var batch = _intake.Rent(Topic);
        foreach (var one in events)
            Assert.Null(one.AddTo(batch));
        await _intake.PublishAsync(batch);
    }

    private async Task<int[][]> RouteAsync(CatalogSnapshot catalog, int first, int last) =>
        Numbers(await _router.RouteAsync(_log.Entries.AsMemory((first - 1)..last), catalog, default));
}
