using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores;

public abstract class CatalogContract(StoreHarness harness) : StoreContract(harness)
{
    [Fact]
    public async Task A_new_catalog_is_empty()
    {
        var changes = await Harness.Catalog.ReadAsync(0, 1000, Cancel);
        Assert.Equal(0, changes.Version);
        Assert.Empty(changes.Records);
    }

    [Fact]
    public async Task Every_change_raises_the_version_by_one_and_records_carry_that_of_their_last()
    {
        Assert.Equal(1, (await ChangeAsync(Put("topic", "a"), Put("topic", "b"))).Version);
        Assert.Equal(2, (await ChangeAsync(Put("subscription", "a"))).Version);
        Assert.Equal(3, (await ChangeAsync(Put("topic", "a", body: "new"))).Version);

        var changes = await Harness.Catalog.ReadAsync(0, 1000, Cancel);
        Assert.Equal(3, changes.Version);
        Assert.Equal(["topic/b@1:x", "subscription/a@2:x", "topic/a@3:new"], changes.Records.Select(Text));
        Assert.Equal(["topic/a@3:new"], (await Harness.Catalog.ReadAsync(2, 1000, Cancel)).Records.Select(Text));
        Assert.Empty((await Harness.Catalog.ReadAsync(3, 1000, Cancel)).Records);
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
        Assert.Equal(["topic/a@2:two"], (await Harness.Catalog.ReadAsync(0, 1000, Cancel)).Records.Select(Text));
    }

    [Fact]
    public async Task Records_of_two_kinds_can_have_the_same_id_and_come_in_one_change()
    {
        Assert.Equal(1, (await ChangeAsync(Put("subscription", "a"), Put("secret", "a"))).Version);
        Assert.Equal(2, (await ChangeAsync(Put("subscription", "a", expected: 1, body: "new"))).Version);
        Assert.Equal(3, (await ChangeAsync(Put("subscription", "a", expected: 2), new CatalogWrite("secret", "a", 0, null, null))).Version);
        // Removing what is not there is no conflict.
        var none = await ChangeAsync(new CatalogWrite("secret", "b", 0, null, null));
        Assert.Equal((4L, null), (none.Version, none.Conflict));

        Assert.Equal(["subscription/a@3:x"], (await Harness.Catalog.FindAsync(new CatalogQuery.ById("subscription", "a"), Cancel)).Select(Text));
        Assert.Empty(await Harness.Catalog.FindAsync(new CatalogQuery.ById("secret", "a"), Cancel));
    }

    [Fact]
    public async Task Only_one_of_many_at_once_creates_a_record()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ChangeAsync(Put("topic", "a", expected: 0)).AsTask()));
        Assert.Single(replies, r => r.Conflict is null);
        Assert.Equal(1, (await Harness.Catalog.ReadAsync(0, 1000, Cancel)).Version);
    }

    [Fact]
    public async Task A_removed_record_is_told_of_and_may_be_created_again()
    {
        await ChangeAsync(Put("topic", "a"));
        await ChangeAsync(new CatalogWrite("topic", "a", 0, 1, null));
        Assert.Equal(["topic/a@2:-"], (await Harness.Catalog.ReadAsync(1, 1000, Cancel)).Records.Select(Text));

        var again = await ChangeAsync(Put("topic", "a", expected: 0));
        Assert.Null(again.Conflict);
        Assert.Equal(["topic/a@3:x"], (await Harness.Catalog.ReadAsync(1, 1000, Cancel)).Records.Select(Text));
    }

    [Fact]
    public async Task A_number_is_the_records_own_for_as_long_as_it_lives()
    {
        await ChangeAsync(Put("topic", "a"));
        await ChangeAsync(Put("subscription", "s", parent: 1));
        await ChangeAsync(Put("subscription", "s", body: "new", parent: 1));
        Assert.Equal((2, 1, 3L), Place(Assert.Single(await Harness.Catalog.FindAsync(new CatalogQuery.ById("subscription", "s"), Cancel))));

        await ChangeAsync(new CatalogWrite("subscription", "s", 1, null, null));
        Assert.Equal((2, 1, 4L), Place((await Harness.Catalog.ReadAsync(3, 1000, Cancel)).Records[0]));
        Assert.Empty(await FindAsync(new CatalogQuery.ByNumber("subscription", [2])));

        await ChangeAsync(Put("subscription", "s", parent: 1));
        Assert.Equal((5, 1, 5L), Place((await Harness.Catalog.ReadAsync(4, 1000, Cancel)).Records[0]));

        static (int, int, long) Place(CatalogRecord record) => (record.Number, record.Parent, record.Version);
    }

    [Fact]
    public async Task Records_are_found_by_id_number_and_parent()
    {
        await ChangeAsync(Put("topic", "a"));
        await ChangeAsync(Put("topic", "b"));
        await ChangeAsync(Put("subscription", "y", parent: 1));
        await ChangeAsync(Put("subscription", "x", parent: 1), Put("subscription", "z", parent: 2));
        await ChangeAsync(Put("subscription", "gone", parent: 2));
        await ChangeAsync(new CatalogWrite("subscription", "gone", 2, null, null));

        Assert.Equal(["topic/b@2:x"], await FindAsync(new CatalogQuery.ById("topic", "b")));
        Assert.Empty(await FindAsync(new CatalogQuery.ById("subscription", "b")));
        Assert.Empty(await FindAsync(new CatalogQuery.ById("subscription", "gone")));
        Assert.Equal(["subscription/y@3:x"], await FindAsync(new CatalogQuery.ByNumber("subscription", [3, 6, 99])));
        Assert.Empty(await FindAsync(new CatalogQuery.ByNumber("topic", [3])));
        Assert.Equal(["subscription/x@4:x", "subscription/y@3:x"], await FindAsync(new CatalogQuery.ByParent("subscription", [1])));
        Assert.Equal(
            ["subscription/x@4:x", "subscription/y@3:x", "subscription/z@4:x"],
            (await FindAsync(new CatalogQuery.ByParent("subscription", [1, 2, 3]))).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Looking_for_names_that_nobody_can_have_finds_nothing()
    {
        await ChangeAsync(Put("topic", "a"));
        foreach (var name in NamesOfNobody)
        {
            Assert.Empty(await FindAsync(new CatalogQuery.ById("topic", name)));
            Assert.Empty(await FindAsync(new CatalogQuery.ById(name, "a")));
            // The name is no real position in the list, so any page is a right answer.
            Assert.All(await FindAsync(new CatalogQuery.Page("topic", null, name, 10)), found => Assert.Equal("topic/a@1:x", found));
            Assert.Empty(await FindAsync(new CatalogQuery.Page("topic", 7, name, 10)));
        }
    }

    [Fact]
    public async Task Pages_follow_each_other_in_one_order()
    {
        var all = Enumerable.Range(0, 25).Select(i => $"s{i:00}").ToList();
        foreach (var id in all)
            await ChangeAsync(Put("subscription", id, parent: id[^1] % 2));
        await ChangeAsync(Put("topic", "s99"));

        Assert.Equal(all, await IdsAsync(null, 7));
        Assert.Equal(all, await IdsAsync(null, 25));
        Assert.Equal(all.Where(id => id[^1] % 2 == 1), await IdsAsync(1, 4));
        Assert.Empty(await IdsAsync(5, 4));
        // When the last record of a page has been deleted meanwhile, the next page goes on behind its place.
        var behind = await Harness.Catalog.FindAsync(new CatalogQuery.Page("subscription", null, "s115", 2), Cancel);
        Assert.Equal(["s12", "s13"], behind.Select(record => record.Id));
        Assert.Empty(await Harness.Catalog.FindAsync(new CatalogQuery.Page("subscription", null, "t", 2), Cancel));

        async Task<List<string>> IdsAsync(int? parent, int limit)
        {
            var ids = new List<string>();
            while (true)
            {
                var page = await Harness.Catalog.FindAsync(new CatalogQuery.Page("subscription", parent, ids.LastOrDefault(), limit), Cancel);
                Assert.True(page.Count <= limit);
                if (page.Count == 0)
                    return ids;
                ids.AddRange(page.Select(record => record.Id));
            }
        }
    }

    [Fact]
    public async Task Two_tenants_have_records_of_the_same_name()
    {
        var acme = TenantId.Parse("acme");
        await ChangeAsync(Put("topic", "a", expected: 0));
        Assert.Null((await ChangeAsync(Put("topic", acme.FullName("a"), expected: 0, body: "y"))).Conflict);
        await ChangeAsync(Put("subscription", "s", parent: 1), Put("subscription", acme.FullName("s"), parent: 2));

        Assert.Equal(["topic/a@1:x"], await FindAsync(new CatalogQuery.ById("topic", "a")));
        Assert.Equal(["topic/@acme/a@2:y"], await FindAsync(new CatalogQuery.ById("topic", acme.FullName("a"))));
        Assert.Equal(["topic/a@1:x"], await FindAsync(new CatalogQuery.ByNumber("topic", [1])));
        Assert.Equal(["topic/@acme/a@2:y"], await FindAsync(new CatalogQuery.ByNumber("topic", [2])));
        Assert.Equal(["subscription/@acme/s@3:x"], await FindAsync(new CatalogQuery.ByParent("subscription", [2])));

        await ChangeAsync(new CatalogWrite("topic", "a", 0, 1, null));
        Assert.Empty(await FindAsync(new CatalogQuery.ById("topic", "a")));
        await Harness.ReopenAsync();
        Assert.Equal(["topic/@acme/a@2:y"], await FindAsync(new CatalogQuery.ById("topic", acme.FullName("a"))));
        Assert.Equal(
            ["subscription/@acme/s@3:x", "subscription/s@3:x", "topic/@acme/a@2:y", "topic/a@4:-"],
            (await Harness.Catalog.ReadAsync(0, 1000, Cancel)).Records.Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_tenants_have_secrets_of_the_same_name()
    {
        var full = TenantId.Parse("acme").FullName("s");
        await ChangeAsync(Put("subscription", "s", parent: 1), Put("secret", "s", parent: 1, body: "mine"));
        await ChangeAsync(Put("subscription", full, parent: 2), Put("secret", full, parent: 2, body: "acmes"));

        Assert.Equal(["secret/s@1:mine"], await FindAsync(new CatalogQuery.ById("secret", "s")));
        Assert.Equal(["secret/@acme/s@2:acmes"], await FindAsync(new CatalogQuery.ById("secret", full)));
        Assert.Equal(["secret/s@1:mine"], await FindAsync(new CatalogQuery.ByParent("secret", [1])));
        Assert.Equal(["secret/@acme/s@2:acmes"], await FindAsync(new CatalogQuery.ByParent("secret", [2])));

        await ChangeAsync(new CatalogWrite("subscription", full, 2, null, null), new CatalogWrite("secret", full, 2, null, null));
        await Harness.ReopenAsync();
        Assert.Empty(await FindAsync(new CatalogQuery.ById("secret", full)));
        Assert.Equal(["secret/s@1:mine"], await FindAsync(new CatalogQuery.ByParent("secret", [1, 2])));
    }

    [Fact]
    public async Task A_page_has_the_records_of_one_tenant()
    {
        // Names and tenants that lie between each other in every order of texts.
        TenantId[] tenants = [default, TenantId.Parse("a"), TenantId.Parse("a-b"), TenantId.Parse("b"), TenantId.Parse("0")];
        string[] names = ["-", "0", "A", "B", "a", "a-b", "b", "z"];
        foreach (var tenant in tenants)
            await ChangeAsync([.. names.Select(name => Put("topic", tenant.FullName(name)))]);
        foreach (var tenant in tenants)
        {
            foreach (var limit in (int[])[1, 3, 100])
                Assert.Equal(names.Select(tenant.FullName).Order(StringComparer.Ordinal), (await IdsAsync(tenant, limit)).Order(StringComparer.Ordinal));
        }
        Assert.Empty(await IdsAsync(TenantId.Parse("nobody"), 3));

        async Task<List<string>> IdsAsync(TenantId tenant, int limit)
        {
            var ids = new List<string>();
            while (true)
            {
                var page = await Harness.Catalog.FindAsync(new CatalogQuery.Page("topic", null, ids.LastOrDefault(), limit) { Tenant = tenant }, Cancel);
                if (page.Count == 0)
                    return ids;
                ids.AddRange(page.Select(record => record.Id));
            }
        }
    }

    [Fact]
    public async Task Changes_are_read_a_part_at_a_time_but_none_of_them_in_part()
    {
        for (var i = 0; i < 10; i++)
            await ChangeAsync(Put("topic", $"t{i}"), Put("topic", $"u{i}"), Put("topic", $"v{i}"));

        var (since, seen, parts) = (0L, new List<long>(), 0);
        while (true)
        {
            var part = await Harness.Catalog.ReadAsync(since, 4, Cancel);
            Assert.All(part.Records, record => Assert.InRange(record.Version, since + 1, part.Version));
            Assert.Equal(0, part.Records.Count % 3);
            Assert.InRange(part.Records.Count, 3, 9);
            seen.AddRange(part.Records.Select(record => record.Version));
            (since, parts) = (part.Version, parts + 1);
            if (part.IsLast)
                break;
        }
        Assert.Equal(10, since);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => (i / 3) + 1L), seen);
        Assert.InRange(parts, 4, 10);
        var none = await Harness.Catalog.ReadAsync(long.MaxValue, 4, Cancel);
        Assert.Equal((10L, true, 0), (none.Version, none.IsLast, none.Records.Count));
    }

    [Fact]
    public async Task A_change_says_which_events_came_before_it()
    {
        await AppendAsync(Events.Make(5, shard: 2));
        var reply = await ChangeAsync(Put("topic", "a"));
        await AppendAsync(Events.Make(3, shard: 2));

        Assert.Equal(Log.ShardCount, reply.Heads.Count);
        Assert.Equal((5L, 0L), (reply.Heads[2], reply.Heads[0]));
        var record = Assert.Single((await Harness.Catalog.ReadAsync(0, 1000, Cancel)).Records);
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
        await ChangeAsync(new CatalogWrite("topic", "b", 0, null, null));
        await Harness.ReopenAsync();

        var changes = await Harness.Catalog.ReadAsync(0, 1000, Cancel);
        Assert.Equal(2, changes.Version);
        Assert.Equal(["topic/a@1:x", "topic/b@2:-"], changes.Records.Select(Text));
        Assert.Equal(reply.Heads, changes.Records[0].Heads);
        Assert.Equal(3, (await ChangeAsync(Put("topic", "c", expected: 0))).Version);
    }

    private static CatalogWrite Put(string kind, string id, long? expected = null, string body = "x", int parent = 0) =>
        new(kind, id, parent, expected, StoreEvents.Payload(body));

    private async Task<IEnumerable<string>> FindAsync(CatalogQuery query) => (await Harness.Catalog.FindAsync(query, Cancel)).Select(Text);

    private static string Text(CatalogRecord record) =>
        $"{record.Kind}/{record.Id}@{record.Version}:{(record.Body is { } body ? Encoding.UTF8.GetString(body.Span) : "-")}";

    private ValueTask<CatalogReply> ChangeAsync(params CatalogWrite[] writes) => Harness.Catalog.ChangeAsync(writes, Cancel);
}
