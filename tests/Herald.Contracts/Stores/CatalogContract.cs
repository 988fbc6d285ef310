using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores;

public abstract class CatalogContract(StoreHarness harness) : StoreContract(harness)
{
    [Fact]
    public async Task A_new_catalog_is_empty()
    {
        var changes = await Harness.Catalog.ReadAsync(0, Cancel);
        Assert.Equal(0, changes.Version);
        Assert.Empty(changes.Records);
    }

    [Fact]
    public async Task Every_change_raises_the_version_by_one_and_records_carry_that_of_their_last()
    {
        Assert.Equal(1, (await ChangeAsync(Put("topic", "a"), Put("topic", "b"))).Version);
        Assert.Equal(2, (await ChangeAsync(Put("subscription", "a"))).Version);
        Assert.Equal(3, (await ChangeAsync(Put("topic", "a", body: "new"))).Version);

        var changes = await Harness.Catalog.ReadAsync(0, Cancel);
        Assert.Equal(3, changes.Version);
        Assert.Equal(["topic/b@1:x", "subscription/a@2:x", "topic/a@3:new"], changes.Records.Select(Text));
        Assert.Equal(["topic/a@3:new"], (await Harness.Catalog.ReadAsync(2, Cancel)).Records.Select(Text));
        Assert.Empty((await Harness.Catalog.ReadAsync(3, Cancel)).Records);
    }

    [Fact]
    public async Task A_write_applies_only_if_the_record_has_the_expected_version()
    {
        await ChangeAsync(Put("topic", "a", expected: 0));
        var exists = await ChangeAsync(Put("topic", "b", expected: 0), Put("topic", "a", expected: 0));
        var old = await ChangeAsync(Put("topic", "a", expected: 7));
        var missing = await ChangeAsync(Put("topic", "z", expected: 1));
        var right = await ChangeAsync(Put("topic", "a", expected: 1, body: "two"));

        Assert.Equal((1L, 1), (exists.Version, exists.Conflict));
        Assert.Equal(0, old.Conflict);
        Assert.Equal(0, missing.Conflict);
        Assert.Equal((2L, null), (right.Version, right.Conflict));
        Assert.Equal(["topic/a@2:two"], (await Harness.Catalog.ReadAsync(0, Cancel)).Records.Select(Text));
    }

    [Fact]
    public async Task Only_one_of_many_at_once_creates_a_record()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ChangeAsync(Put("topic", "a", expected: 0)).AsTask()));
        Assert.Single(replies, r => r.Conflict is null);
        Assert.Equal(1, (await Harness.Catalog.ReadAsync(0, Cancel)).Version);
    }

    [Fact]
    public async Task A_removed_record_is_told_of_and_may_be_created_again()
    {
        await ChangeAsync(Put("topic", "a"));
        await ChangeAsync(new CatalogWrite("topic", "a", 1, null));
        Assert.Equal(["topic/a@2:-"], (await Harness.Catalog.ReadAsync(1, Cancel)).Records.Select(Text));

        var again = await ChangeAsync(Put("topic", "a", expected: 0));
        Assert.Null(again.Conflict);
        Assert.Equal(["topic/a@3:x"], (await Harness.Catalog.ReadAsync(1, Cancel)).Records.Select(Text));
    }

    [Fact]
    public async Task A_change_says_which_events_came_before_it()
    {
        await AppendAsync(Events.Make(5, shard: 2));
        var reply = await ChangeAsync(Put("topic", "a"));
        await AppendAsync(Events.Make(3, shard: 2));

        Assert.Equal(Log.ShardCount, reply.Heads.Count);
        Assert.Equal((5L, 0L), (reply.Heads[2], reply.Heads[0]));
        var record = Assert.Single((await Harness.Catalog.ReadAsync(0, Cancel)).Records);
        Assert.Equal(reply.Heads, record.Heads);
    }

    [Fact]
    public async Task Events_after_a_change_are_read_with_a_catalog_that_has_it()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var shard = new ShardId(0);
        var changes = new List<CatalogReply>();
        var reads = Task.Run(async () =>
        {
            var into = new IndexEntry[64];
            var seen = new List<(long Last, long Version)>();
            for (long from = 1; !stop.IsCancellationRequested || seen.Count == 0;)
            {
                var read = await Log.ReadIndexAsync(shard, from, into, Cancel);
                if (read.Count > 0)
                    seen.Add((from + read.Count - 1, read.CatalogVersion));
                from += read.Count;
            }
            return seen;
        }, Cancel);
        for (var i = 0; i < 50; i++)
        {
            await AppendAsync(Events.Make(2, shard: 0));
            changes.Add(await ChangeAsync(Put("topic", $"t{i}")));
        }
        await stop.CancelAsync();
        foreach (var (last, version) in await reads)
            Assert.All(changes, c => Assert.True(last <= c.Heads[0] || version >= c.Version));
    }

    [Fact]
    public async Task Listeners_hear_of_a_change()
    {
        var heard = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = Harness.Catalog.OnChange(version => heard.TrySetResult(version));
        await ChangeAsync(Put("topic", "a"));
        Assert.Equal(1, await heard.Task.WaitAsync(Cancel));
    }

    [Fact]
    public async Task The_catalog_is_there_after_a_restart()
    {
        await AppendAsync(Events.Make(2, shard: 1));
        var reply = await ChangeAsync(Put("topic", "a"), Put("topic", "b"));
        await ChangeAsync(new CatalogWrite("topic", "b", null, null));
        await Harness.ReopenAsync();

        var changes = await Harness.Catalog.ReadAsync(0, Cancel);
        Assert.Equal(2, changes.Version);
        Assert.Equal(["topic/a@1:x", "topic/b@2:-"], changes.Records.Select(Text));
        Assert.Equal(reply.Heads, changes.Records[0].Heads);
        Assert.Equal(3, (await ChangeAsync(Put("topic", "c", expected: 0))).Version);
    }

    private static CatalogWrite Put(string kind, string id, long? expected = null, string body = "x") =>
        new(kind, id, expected, StoreEvents.Payload(body));

    private static string Text(CatalogRecord record) =>
        $"{record.Kind}/{record.Id}@{record.Version}:{(record.Body is { } body ? Encoding.UTF8.GetString(body.Span) : "-")}";

    private ValueTask<CatalogReply> ChangeAsync(params CatalogWrite[] writes) => Harness.Catalog.ChangeAsync(writes, Cancel);
}
