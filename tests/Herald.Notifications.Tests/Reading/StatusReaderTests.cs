using Herald.Notifications.Statuses;
using Herald.Notifications.Tests.Statuses;
using Herald.TestKit.Time;

namespace Herald.Notifications.Tests.Reading;

public sealed class StatusReaderTests
{
    private readonly Random _random = new(5);

    [Fact]
    public async Task A_uuid_is_found_with_three_calls_and_with_two_once_the_tables_are_known()
    {
        using var rig = new BookRig();
        var rows = Rows(10_000, 10);
        foreach (var batch in rows.Chunk(2048))
            await rig.AddAsync(batch);
        rig.State.Calls.Clear();
        Assert.Equal(100, (await rig.FindAsync(rows[100].Uuid))!.Number);
        Assert.Equal([67, 1, 1], rig.State.Calls.Select(call => call.Length));
        Assert.Equal("p 6", rig.State.Calls[2][0]);

        rig.State.Calls.Clear();
        Assert.Equal(100, (await rig.FindAsync(rows[100].Uuid))!.Number);
        Assert.Equal([67, 1], rig.State.Calls.Select(call => call.Length));

        // One of the newest rows: it is in no table yet.
        rig.State.Calls.Clear();
        Assert.Equal(9999, (await rig.FindAsync(rows[9999].Uuid))!.Number);
        Assert.InRange(rig.State.Calls.Count, 2, 3);
        Assert.Equal((67, "p 624"), (rig.State.Calls[0].Length, rig.State.Calls[^1][0]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_damaged_directory_of_a_shard_costs_that_shard_only(bool byStore)
    {
        using var rig = new BookRig(4);
        var rows = Rows(2000, 10);
        await rig.AddAsync(rows);
        var shard = rig.ShardOf(rows[0].Uuid).Value;
        foreach (var key in (byte[][])[StatusKeys.Directory0, StatusKeys.Directory1])
        {
            if (byStore)
                rig.State.Unreadable.Add((shard, key));
            else
                rig.State[shard, key]![5] ^= 1;
        }
        var other = rows.First(row => rig.ShardOf(row.Uuid).Value != shard).Uuid;
        await rig.Reader.KnownAsync(new[] { other, Guid.Parse("00000000-0000-4000-8000-000000000001") }.Where(uuid => rig.ShardOf(uuid).Value != shard).ToArray(), default);
        Assert.Equal(other, (await rig.FindAsync(other))!.Uuid);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await rig.Reader.KnownAsync(new[] { rows[0].Uuid }, default));
        // A list or a count without this shard would be wrong without telling.
        await Assert.ThrowsAsync<InvalidDataException>(async () => await rig.List.ListAsync(new(10), default));
    }

    [Fact]
    public async Task Many_uuids_are_found_as_each_alone_with_three_calls_for_each_shard()
    {
        using var rig = new BookRig(4);
        var rows = Rows(50_000, 10);
        foreach (var batch in rows.Chunk(4096))
            await rig.AddAsync(batch);
        Guid[] wanted = [rows[3].Uuid, Guid.NewGuid(), .. rows[^40..].Select(row => row.Uuid), rows[20_000].Uuid, rows[3].Uuid, Guid.NewGuid()];
        rig.State.Calls.Clear();
        var found = await rig.Reader.FindAsync(wanted, default);
        Assert.InRange(rig.State.Calls.Count, 8, 12);
        Assert.Equal(wanted.Length, found.Length);
        for (var at = 0; at < wanted.Length; at++)
            Assert.Equal(await rig.FindAsync(wanted[at]), found[at]);
        Assert.Equal(2, found.Count(row => row is null));
    }

    [Fact]
    public async Task A_shard_without_rows_is_read_once()
    {
        using var rig = new BookRig(4);
        Assert.Null(await rig.FindAsync(Guid.Empty));
        Assert.Equal([67], rig.State.Calls.Select(call => call.Length));
    }

    [Fact]
    public async Task The_door_finds_what_is_in_tables_and_mostly_reads_nothing()
    {
        var time = new ManualClock(DateTimeOffset.UnixEpoch);
        using var rig = new BookRig(4, time: time);
        var rows = Rows(50_000, 10);
        foreach (var batch in rows.Chunk(4096))
            await rig.AddAsync(batch);
        var newest = Rows(3, 10);
        await rig.AddAsync(newest);
        await rig.Reader.KnownAsync(rows.Select(row => row.Uuid).ToArray(), default);

        rig.State.Calls.Clear();
        Guid[] unknown = [.. Enumerable.Range(0, 200).Select(_ => BookRig.NewRow(_random, 0).Uuid)];
        Assert.All(await rig.Reader.KnownAsync(unknown, default), Assert.Null);
        // A page for the few that look right by chance.
        Assert.InRange(rig.State.Calls.Sum(call => call.Length), 0, 3);

        rig.State.Calls.Clear();
        var found = await rig.Reader.KnownAsync(new[] { rows[7].Uuid, newest[0].Uuid, rows[20_000].Uuid, rows[7].Uuid }, default);
        Assert.Equal([rows[7].Uuid, null, rows[20_000].Uuid, rows[7].Uuid], found.Select(row => row?.Uuid));
        Assert.Single(rig.State.Calls);

        // A second later, the directories of all shards are read again in one call.
        rig.State.Calls.Clear();
        time.Advance(TimeSpan.FromMilliseconds(1001));
        await rig.Reader.KnownAsync(unknown, default);
        Assert.Equal(8, rig.State.Calls[0].Length);
    }

    [Fact]
    public async Task A_table_that_changes_between_two_calls_is_read_with_its_new_directory()
    {
        using var rig = new BookRig();
        var rows = Rows(8192, 1);
        await rig.AddAsync(rows);
        var more = Rows(8192, 1);
        var calls = 0;
        rig.State.BeforeRead = () =>
        {
            // Between the directory and the parts of its table.
            if (++calls != 2)
                return;
            rig.State.BeforeRead = null;
            rig.AddAsync(more).GetAwaiter().GetResult();
        };
        Assert.Equal(5, (await rig.FindAsync(rows[5].Uuid))!.Number);
        Assert.Equal(8192 + 5, (await rig.FindAsync(more[5].Uuid))!.Number);
    }

    [Fact]
    public async Task Tables_that_do_not_fit_into_memory_are_read_again()
    {
        using var rig = new BookRig(tableMemory: 20_000);
        var rows = Rows(20_000, 1);
        foreach (var batch in rows.Chunk(2048))
            await rig.AddAsync(batch);
        for (var i = 0; i < rows.Length; i += 101)
            Assert.Equal(i, (await rig.FindAsync(rows[i].Uuid))!.Number);
        Assert.InRange(rig.ReaderTables.Bytes, 1, 20_000);
        Assert.InRange(rig.ReaderTables.Dropped, 10, 1000);
    }

    private Row[] Rows(int count, long stepMs) =>
        [.. Enumerable.Range(0, count).Select(i => BookRig.NewRow(_random, BookRig.StartMs + (i * stepMs)))];
}
