using Herald.Notifications.Reading;
using Herald.Notifications.Statuses;
using Herald.Notifications.Tests.Statuses;

namespace Herald.Notifications.Tests.Reading;

public sealed class StatusListTests : IAsyncLifetime
{
    private const int Shards = 16, Count = 150_000, StepMs = 7;

    private readonly BookRig _rig = new(Shards);
    private readonly Random _random = new(8);

    // By the order of the list.
    private readonly List<(ListCursor Place, Row Row)> _model = [];

    public async ValueTask InitializeAsync()
    {
        var rows = new List<Row>();
        for (var i = 0; i < Count; i++)
        {
            // Some rows of different shards have the same time.
            var recipient = i % 3 == 0 ? null : i % 1000 == 1 ? "rare@x.org" : $"user-{_random.Next(2000)}@x.org";
            rows.Add(BookRig.NewRow(_random, BookRig.StartMs + (i / 3 * 3 * StepMs), recipient));
        }
        foreach (var batch in rows.Chunk(4096))
            await _rig.AddAsync(batch);
        // Few are FAILED, and most are PROCESSED.
        foreach (var batch in rows.Chunk(8192))
            foreach (var group in batch.GroupBy(row => _rig.ShardOf(row.Uuid).Value))
                await _rig.InBatchAsync(group.Key, group.Select(row => row.Uuid), book =>
                {
                    foreach (var row in group)
                    {
                        var found = book.Find(row.Uuid)!;
                        book.Change(found with { Status = StatusOf(_random.Next(1000)) });
                        _model.Add((new ListCursor(found.AcceptedAtMs, group.Key, found.Number), book.At(found.Number)!));
                    }
                    return Task.CompletedTask;
                });
        _model.Sort((left, right) => right.Place.CompareTo(left.Place));
    }

    [Fact]
    public async Task Every_list_gives_what_a_plain_filter_gives_page_by_page()
    {
        Assert.Equal(Count, _model.Count);
        for (var round = 0; round < 60; round++)
        {
            var query = new ListQuery(
                _random.Next(1, 200),
                _random.Next(2) == 0 ? null : (NotificationStatus)_random.Next(4),
                _random.Next(3) != 0 ? null : (Destination)_random.Next(4),
                _random.Next(4) != 0 ? null : _random.Next(2) == 0 ? "rare@x.org" : $"user-{_random.Next(2000)}@x.org",
                _random.Next(3) != 0 ? null : DrawTime(),
                _random.Next(2) != 0 ? null : DrawTime());
            await AssertPagesAsync(query, mostPages: 4);
        }
    }

    [Fact]
    public async Task All_pages_together_have_every_row_once()
    {
        foreach (var query in (ListQuery[])[new(5000), new(1000, NotificationStatus.Failed), new(7, Recipient: "rare@x.org")])
            await AssertPagesAsync(query, mostPages: int.MaxValue);
    }

    [Fact]
    public async Task Rows_that_change_between_two_pages_move_no_other_row()
    {
        var seen = new List<Guid>();
        ListCursor? cursor = null;
        var changed = new HashSet<Guid>();
        var expected = _model.Where(one => one.Row.Status == NotificationStatus.Failed).Select(one => one.Row.Uuid).ToList();
        do
        {
            var page = await _rig.List.ListAsync(new ListQuery(20, NotificationStatus.Failed, Before: cursor), default);
            seen.AddRange(page.Items.Select(row => row.Uuid));
            cursor = page.NextCursor;
            // One that was seen and one that is still to come settle otherwise, and a new one comes.
            foreach (var uuid in new[] { seen[_random.Next(seen.Count)], expected[^(1 + (changed.Count / 2))] })
            {
                changed.Add(uuid);
                await _rig.ChangeAsync(uuid, row => row with { Status = NotificationStatus.Processed });
            }
            await _rig.AddAsync(BookRig.NewRow(_random, BookRig.StartMs + (Count * StepMs)) with { Status = NotificationStatus.Failed });
        }
        while (cursor is not null);
        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(expected.Except(changed), seen.Except(changed));
    }

    [Fact]
    public async Task A_list_without_conditions_reads_the_directories_the_newest_summaries_and_then_few_pages()
    {
        var calls = await CallsAsync(new ListQuery(50));
        Assert.Equal([2 * Shards, Shards], calls.Take(2).Select(call => call.Length));
        Assert.InRange(calls.Count, 3, 4);
        // At most the pages of two rounds: 2 of each shard, which have 16 rows each.
        Assert.InRange(calls.Skip(2).Sum(call => call.Length), Shards, 3 * Shards);
    }

    [Fact]
    public async Task A_list_by_status_reads_all_summaries_in_one_call_and_then_only_pages_with_that_status()
    {
        var calls = await CallsAsync(new ListQuery(50, NotificationStatus.Expired));
        var chapters = _model.Select(one => (one.Place.Shard, RowNumber.ChapterOf(one.Row.Number))).Distinct().Count();
        Assert.Equal([2 * Shards, chapters], calls.Take(2).Select(call => call.Length));
        Assert.InRange(calls.Count, 3, 6);
        Assert.InRange(calls.Skip(2).Sum(call => call.Length), 50 / 16, 50 + (4 * Shards));
    }

    [Fact]
    public async Task A_list_by_recipient_reads_one_part_of_each_table_and_only_pages_with_that_recipient()
    {
        var calls = await CallsAsync(new ListQuery(200, Recipient: "rare@x.org"));
        Assert.Equal(2 * Shards, calls[0].Length);
        Assert.Equal(Shards * (65 + 1), calls[1].Length);
        var pages = _model.Where(one => one.Row.Recipient == "rare@x.org").Select(one => (one.Place.Shard, RowNumber.PageOf(one.Row.Number)));
        Assert.InRange(calls.Skip(2).Sum(call => call.Length), 1, pages.Distinct().Count() + 20);
    }

    [Fact]
    public async Task A_list_up_to_a_time_finds_its_beginning_with_four_calls_for_all_shards()
    {
        var calls = await CallsAsync(new ListQuery(50, ToMs: BookRig.StartMs + (Count / 2 * StepMs)));
        Assert.True(calls[1].All(name => name[0] == 's'), string.Join(' ', calls[1]));
        Assert.InRange(calls.Count, 4, 8);
        Assert.All(calls.Skip(2), call => Assert.InRange(call.Length, 1, 7 * Shards));
    }

    [Fact]
    public async Task A_list_that_matches_little_ends_after_1024_pages_and_goes_on()
    {
        // Failed rows are not expired ones, but many pages contain both a status and a destination in different rows.
        var rare = _model.Where(one => one.Row is { Status: NotificationStatus.Processed, Destination: Destination.Push }).ToList();
        foreach (var group in rare.GroupBy(one => one.Place.Shard))
            await _rig.InBatchAsync(group.Key, group.Select(one => one.Row.Uuid), book =>
            {
                foreach (var one in group.Where(one => one.Place != rare[^1].Place))
                    book.Change(book.Find(one.Row.Uuid)! with { Status = NotificationStatus.Expired });
                return Task.CompletedTask;
            });
        var query = new ListQuery(50, NotificationStatus.Processed, Destination.Push);
        _rig.State.Calls.Clear();
        var page = await _rig.List.ListAsync(query, default);
        Assert.Empty(page.Items);
        Assert.InRange(_rig.State.Calls.Sum(call => call.Count(name => name[0] == 'p')), StatusList.MostPages, StatusList.MostPages + (64 * Shards));
        var found = new List<Guid>();
        for (var pages = 0; page.NextCursor is { } cursor; pages++)
        {
            Assert.InRange(pages, 0, 40);
            page = await _rig.List.ListAsync(query with { Before = cursor }, default);
            found.AddRange(page.Items.Select(row => row.Uuid));
        }
        Assert.Equal([rare[^1].Row.Uuid], found);
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

    public ValueTask DisposeAsync()
    {
        _rig.Dispose();
        return default;
    }

    private static NotificationStatus StatusOf(int drawn) => drawn switch
    {
        < 3 => NotificationStatus.Failed,
        < 6 => NotificationStatus.Expired,
        < 50 => NotificationStatus.NotProcessed,
        _ => NotificationStatus.Processed,
    };

    private long DrawTime() => BookRig.StartMs + _random.Next(-100, (Count * StepMs) + 100);

    private async Task<List<string[]>> CallsAsync(ListQuery query)
    {
        _rig.State.Calls.Clear();
        await AssertPagesAsync(query, mostPages: 1);
        return _rig.State.Calls;
    }

    private async Task AssertPagesAsync(ListQuery query, int mostPages)
    {
        var expected = _model.Where(one => (query.Status is null || one.Row.Status == query.Status)
            && (query.Destination is null || one.Row.Destination == query.Destination)
            && (query.Recipient is null || one.Row.Recipient == query.Recipient)
            && one.Row.AcceptedAtMs >= (query.FromMs ?? 0) && one.Row.AcceptedAtMs <= (query.ToMs ?? long.MaxValue))
            .Select(one => one.Row).ToList();
        var read = new List<Row>();
        ListCursor? cursor = null;
        for (var pages = 0; pages < mostPages; pages++)
        {
            var page = await _rig.List.ListAsync(query with { Before = cursor }, default);
            Assert.InRange(page.Items.Count, 0, query.Limit);
            read.AddRange(page.Items);
            cursor = page.NextCursor;
            if (cursor is null)
                break;
        }
        Assert.Equal(cursor is null ? expected : expected.Take(read.Count), read);
    }
}
