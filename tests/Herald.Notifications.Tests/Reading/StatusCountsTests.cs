using Herald.Messages;
using Herald.Notifications.Statuses;
using Herald.Notifications.Tests.Statuses;

namespace Herald.Notifications.Tests.Reading;

public sealed class StatusCountsTests
{
    private readonly Random _random = new(6);

    [Fact]
    public async Task Without_rows_every_count_is_there_and_0()
    {
        using var rig = new BookRig(4);
        var counts = await rig.Counts.CountAsync(default);
        Assert.Equal(16, counts.Count);
        Assert.All(counts.Values, count => Assert.Equal(0, count));
    }

    [Fact]
    public async Task They_are_those_of_all_rows_and_no_page_is_read()
    {
        using var rig = new BookRig(3);
        var model = new Dictionary<(Destination, NotificationStatus), long>();
        foreach (var batch in Rows(60_000).Chunk(4096))
            await rig.AddAsync([.. batch.Select(row =>
            {
                var made = row with { Status = (NotificationStatus)_random.Next(4) };
                model[(made.Destination, made.Status)] = model.GetValueOrDefault((made.Destination, made.Status)) + 1;
                return made;
            })]);
        rig.State.Calls.Clear();
        var counts = await rig.Counts.CountAsync(default);
        Assert.Equal(60_000, counts.Values.Sum());
        foreach (var (kind, count) in model)
            Assert.Equal(count, counts[kind]);
        Assert.DoesNotContain(rig.State.Calls.SelectMany(call => call), key => key.StartsWith("p ", StringComparison.Ordinal));
        Assert.Equal(2, rig.State.Calls.Count);
    }

    [Fact]
    public async Task A_chapter_that_is_forgotten_meanwhile_counts_nothing()
    {
        using var rig = new BookRig();
        await rig.AddAsync([.. Rows(RowNumber.RowsOfChapter).Select(row => row with { Status = NotificationStatus.Processed })]);
        await rig.AddAsync(Rows(10));
        var calls = 0;
        rig.State.BeforeRead = () =>
        {
            // Between the directory and the summaries.
            if (++calls != 2)
                return;
            rig.State.BeforeRead = null;
            rig.NowMs += (long)BookRig.KeepFor.TotalMilliseconds + 1;
            rig.ForgetAsync().GetAwaiter().GetResult();
        };
        Assert.Equal(10, (await rig.Counts.CountAsync(default)).Values.Sum());
    }

    private Row[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => BookRig.NewRow(_random, BookRig.StartMs + i))];
}
