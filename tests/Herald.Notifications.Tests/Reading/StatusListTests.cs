using Herald.Messages;
using Herald.Notifications.Reading;
using Herald.Notifications.Statuses;
using Herald.Notifications.Tests.Statuses;

namespace Herald.Notifications.Tests.Reading;

public sealed class StatusListTests : IClassFixture<ListWorld>
{
    private readonly ListWorld _world;
    private readonly Random _random = new(9);

    public StatusListTests(ListWorld world) => _world = world;

    [Fact]
    public async Task Every_list_gives_what_a_plain_filter_gives_page_by_page()
    {
        Assert.Equal(_world.Count, _world.Model.Count);
        for (var round = 0; round < 60; round++)
        {
            var query = new ListQuery(
                _random.Next(1, 200),
                _random.Next(2) == 0 ? null : (NotificationStatus)_random.Next(4),
                _random.Next(3) != 0 ? null : (Destination)_random.Next(4),
                _random.Next(4) != 0 ? null : _random.Next(2) == 0 ? "rare@x.org" : $"user-{_random.Next(2000)}@x.org",
                _random.Next(3) != 0 ? null : DrawTime(),
                _random.Next(2) != 0 ? null : DrawTime());
            await _world.AssertPagesAsync(query, mostPages: 4);
        }
    }

    [Fact]
    public async Task All_pages_together_have_every_row_once()
    {
        foreach (var query in (ListQuery[])[new(5000), new(1000, NotificationStatus.Failed), new(7, Recipient: "rare@x.org")])
            await _world.AssertPagesAsync(query, mostPages: int.MaxValue);
    }

    [Fact]
    public async Task A_list_without_conditions_reads_the_directories_the_newest_summaries_and_then_few_pages()
    {
        var calls = await CallsAsync(new ListQuery(50));
        Assert.Equal([2 * ListWorld.Shards, ListWorld.Shards], calls.Take(2).Select(call => call.Length));
        Assert.InRange(calls.Count, 3, 4);
        // At most the pages of two rounds: 2 of each shard, which have 16 rows each.
        Assert.InRange(calls.Skip(2).Sum(call => call.Length), ListWorld.Shards, 3 * ListWorld.Shards);
    }

    [Fact]
    public async Task A_list_by_status_reads_all_summaries_in_one_call_and_then_only_pages_with_that_status()
    {
        var calls = await CallsAsync(new ListQuery(50, NotificationStatus.Expired));
        var chapters = _world.Model.Select(one => (one.Place.Shard, RowNumber.ChapterOf(one.Row.Number))).Distinct().Count();
        Assert.Equal([2 * ListWorld.Shards, chapters], calls.Take(2).Select(call => call.Length));
        Assert.InRange(calls.Count, 3, 6);
        Assert.InRange(calls.Skip(2).Sum(call => call.Length), 50 / 16, 50 + (4 * ListWorld.Shards));
    }

    [Fact]
    public async Task A_list_by_recipient_reads_one_part_of_each_table_and_only_pages_with_that_recipient()
    {
        var calls = await CallsAsync(new ListQuery(200, Recipient: "rare@x.org"));
        Assert.Equal(2 * ListWorld.Shards, calls[0].Length);
        Assert.Equal(ListWorld.Shards * (65 + 1), calls[1].Length);
        var pages = _world.Model.Where(one => one.Row.Recipient == "rare@x.org")
            .Select(one => (one.Place.Shard, RowNumber.PageOf(one.Row.Number)));
        Assert.InRange(calls.Skip(2).Sum(call => call.Length), 1, pages.Distinct().Count() + 20);
    }

    [Fact]
    public async Task A_list_up_to_a_time_finds_its_beginning_with_four_calls_for_all_shards()
    {
        var calls = await CallsAsync(new ListQuery(50, ToMs: BookRig.StartMs + (_world.Count / 2 * ListWorld.StepMs)));
        Assert.True(calls[1].All(name => name[0] == 's'), string.Join(' ', calls[1]));
        Assert.InRange(calls.Count, 4, 8);
        Assert.All(calls.Skip(2), call => Assert.InRange(call.Length, 1, 7 * ListWorld.Shards));
    }

    [Fact]
    public async Task An_empty_store_has_an_empty_list()
    {
        using var rig = new BookRig(3);
        foreach (var query in (ListQuery[])[new(10), new(10, NotificationStatus.Failed), new(10, Recipient: "x"), new(10, ToMs: 5)])
        {
            var page = await rig.List.ListAsync(query, default);
            Assert.Empty(page.Items);
            Assert.Null(page.NextCursor);
        }
        Assert.All(rig.State.Calls, call => Assert.Equal(6, call.Length));
    }

    [Fact]
    public void A_cursor_is_read_as_it_was_written_and_anything_else_is_none()
    {
        foreach (var cursor in (ListCursor[])[new(0, 0, 0), new(long.MaxValue, int.MaxValue, long.MaxValue), new(-1, 3, 5)])
            Assert.Equal(cursor, ListCursor.Parse(cursor.ToText()));
        foreach (var text in (string[])["", "x", "====", new string('A', 26), new string('A', 28), new string('A', 10_000), "ü"])
            Assert.Null(ListCursor.Parse(text));
    }

    private long DrawTime() => BookRig.StartMs + _random.Next(-100, (_world.Count * ListWorld.StepMs) + 100);

    private async Task<List<string[]>> CallsAsync(ListQuery query)
    {
        _world.Rig.State.Calls.Clear();
        await _world.AssertPagesAsync(query, mostPages: 1);
        return _world.Rig.State.Calls;
    }
}
