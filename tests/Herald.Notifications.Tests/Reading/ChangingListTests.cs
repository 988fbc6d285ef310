using Herald.Messages;
using Herald.Notifications.Reading;
using Herald.Notifications.Tests.Statuses;

namespace Herald.Notifications.Tests.Reading;

/// <summary>Lists whose rows change.</summary>
public sealed class ChangingListTests : IAsyncLifetime
{
    private readonly ListWorld _world = new(40_000);
    private readonly Random _random = new(9);

    public ValueTask InitializeAsync() => _world.InitializeAsync();

    [Fact]
    public async Task Rows_that_change_between_two_pages_move_no_other_row()
    {
        var seen = new List<Guid>();
        ListCursor? cursor = null;
        var changed = new HashSet<Guid>();
        var expected = _world.Model.Where(one => one.Row.Status == NotificationStatus.Failed).Select(one => one.Row.Uuid).ToList();
        do
        {
            var page = await _world.Rig.List.ListAsync(new ListQuery(20, NotificationStatus.Failed, Before: cursor), default);
            seen.AddRange(page.Items.Select(row => row.Uuid));
            cursor = page.NextCursor;
            // One that was seen and one that is still to come settle otherwise, and a new one comes.
            foreach (var uuid in new[] { seen[_random.Next(seen.Count)], expected[^(1 + (changed.Count / 2))] })
            {
                changed.Add(uuid);
                await _world.Rig.ChangeAsync(uuid, row => row with { Status = NotificationStatus.Processed });
            }
            var added = BookRig.NewRow(_random, BookRig.StartMs + (_world.Count * ListWorld.StepMs));
            await _world.Rig.AddAsync(added with { Status = NotificationStatus.Failed });
        }
        while (cursor is not null);
        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(expected.Except(changed), seen.Except(changed));
    }

    [Fact]
    public async Task A_list_that_matches_little_ends_after_1024_pages_and_goes_on()
    {
        // Failed rows are not expired ones, but many pages contain both a status and a destination in different rows.
        var rare = _world.Model.Where(one => one.Row is { Status: NotificationStatus.Processed, Destination: Destination.Push }).ToList();
        foreach (var group in rare.GroupBy(one => one.Place.Shard))
            await _world.Rig.InBatchAsync(group.Key, group.Select(one => one.Row.Uuid), book =>
            {
                foreach (var one in group.Where(one => one.Place != rare[^1].Place))
                    book.Change(book.Find(one.Row.Uuid)! with { Status = NotificationStatus.Expired });
                return Task.CompletedTask;
            });
        var query = new ListQuery(50, NotificationStatus.Processed, Destination.Push);
        _world.Rig.State.Calls.Clear();
        var page = await _world.Rig.List.ListAsync(query, default);
        Assert.Empty(page.Items);
        var read = _world.Rig.State.Calls.Sum(call => call.Count(name => name[0] == 'p'));
        Assert.InRange(read, StatusList.MostPages, StatusList.MostPages + (64 * ListWorld.Shards));
        var found = new List<Guid>();
        for (var pages = 0; page.NextCursor is { } cursor; pages++)
        {
            Assert.InRange(pages, 0, 40);
            page = await _world.Rig.List.ListAsync(query with { Before = cursor }, default);
            found.AddRange(page.Items.Select(row => row.Uuid));
        }
        Assert.Equal([rare[^1].Row.Uuid], found);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}
