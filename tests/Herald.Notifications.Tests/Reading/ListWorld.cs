using Herald.Notifications.Reading;
using Herald.Notifications.Statuses;
using Herald.Notifications.Tests.Statuses;

namespace Herald.Notifications.Tests.Reading;

/// <summary>Rows in 16 shards, and a plain list of them that says what lists must give.</summary>
public sealed class ListWorld : IAsyncLifetime
{
    internal const int Shards = 16, StepMs = 7;

    private readonly Random _random = new(8);

    public ListWorld() => Count = 150_000;

    internal ListWorld(int count) => Count = count;

    internal int Count { get; }

    internal BookRig Rig { get; } = new(Shards);

    /// <summary>In the order of a list.</summary>
    internal List<(ListCursor Place, Row Row)> Model { get; } = [];

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
            await Rig.AddAsync(batch);
        // Few are FAILED, and most are PROCESSED.
        foreach (var batch in rows.Chunk(8192))
            foreach (var group in batch.GroupBy(row => Rig.ShardOf(row.Uuid).Value))
                await Rig.InBatchAsync(group.Key, group.Select(row => row.Uuid), book =>
                {
                    foreach (var row in group)
                    {
                        var found = book.Find(row.Uuid)!;
                        book.Change(found with { Status = StatusOf(_random.Next(1000)) });
                        Model.Add((new ListCursor(found.AcceptedAtMs, group.Key, found.Number), book.At(found.Number)!));
                    }
                    return Task.CompletedTask;
                });
        Model.Sort((left, right) => right.Place.CompareTo(left.Place));
    }

    internal async Task AssertPagesAsync(ListQuery query, int mostPages)
    {
        var expected = Model.Where(one => (query.Status is null || one.Row.Status == query.Status)
            && (query.Destination is null || one.Row.Destination == query.Destination)
            && (query.Recipient is null || one.Row.Recipient == query.Recipient)
            && one.Row.AcceptedAtMs >= (query.FromMs ?? 0) && one.Row.AcceptedAtMs <= (query.ToMs ?? long.MaxValue))
            .Select(one => one.Row).ToList();
        var read = new List<Row>();
        ListCursor? cursor = null;
        for (var pages = 0; pages < mostPages; pages++)
        {
            var page = await Rig.List.ListAsync(query with { Before = cursor }, default);
            Assert.InRange(page.Items.Count, 0, query.Limit);
            read.AddRange(page.Items);
            cursor = page.NextCursor;
            if (cursor is null)
                break;
        }
        Assert.Equal(cursor is null ? expected : expected.Take(read.Count), read);
    }

    public ValueTask DisposeAsync()
    {
        Rig.Dispose();
        return default;
    }

    private static NotificationStatus StatusOf(int drawn) => drawn switch
    {
        < 3 => NotificationStatus.Failed,
        < 6 => NotificationStatus.Expired,
        < 50 => NotificationStatus.NotProcessed,
        _ => NotificationStatus.Processed,
    };
}
