using Herald.Postgres.Leases;
using Xunit;

namespace Herald.Postgres.Tests.Leases;

public sealed class PlacementTests
{
    private const int Shards = 64;

    private static readonly long[] Nobodys = new long[Shards];

    [Fact]
    public void Without_nodes_nobody_owns_anything() => Assert.Empty(Placement.Of([], Nobodys));

    [Fact]
    public void Every_shard_has_one_node_and_all_nodes_the_same_number_or_one_more()
    {
        for (var nodes = 1; nodes <= 9; nodes++)
            AssertFair(Placement.Of(Ids(nodes), Nobodys), Ids(nodes));
    }

    [Fact]
    public void All_who_know_the_same_members_and_owners_agree()
    {
        var owners = Placement.Of(Ids(3), Nobodys);
        Assert.Equal(Placement.Of(Ids(5), owners), Placement.Of([.. Ids(5).Reverse()], owners));
    }

    [Fact]
    public void Where_all_have_their_share_nothing_moves()
    {
        for (var nodes = 1; nodes <= 9; nodes++)
        {
            var owners = Placement.Of(Ids(nodes), Nobodys);
            Assert.Equal(owners, Placement.Of(Ids(nodes), owners));
        }
    }

    [Fact]
    public void A_node_that_joins_takes_its_share_and_nothing_else_moves()
    {
        for (var nodes = 1; nodes <= 8; nodes++)
        {
            var before = Placement.Of(Ids(nodes), Nobodys);
            var after = Placement.Of(Ids(nodes + 1), before);
            AssertFair(after, Ids(nodes + 1));
            var moved = before.Zip(after).Where(pair => pair.First != pair.Second).ToList();
            Assert.All(moved, pair => Assert.Equal(Ids(nodes + 1)[^1], pair.Second));
        }
    }

    [Fact]
    public void Of_a_node_that_leaves_its_shards_move_and_no_others()
    {
        for (var nodes = 2; nodes <= 9; nodes++)
        {
            var before = Placement.Of(Ids(nodes), Nobodys);
            var after = Placement.Of(Ids(nodes)[1..], before);
            AssertFair(after, Ids(nodes)[1..]);
            foreach (var (was, now) in before.Zip(after))
                Assert.True(was == Ids(nodes)[0] || was == now);
        }
    }

    /// <summary>However nodes come and go, after each change all have a fair share. Placing the shards once more moves nothing.</summary>
    [Fact]
    public void However_nodes_come_and_go_shares_stay_fair()
    {
        var random = new Random(7);
        var (live, owners) = (new List<long> { 1 }, Nobodys);
        for (var change = 2; change < 300; change++)
        {
            if (live.Count > 1 && random.Next(2) == 0)
                live.RemoveAt(random.Next(live.Count));
            else if (live.Count < 12)
                live.Add(change);
            owners = Placement.Of(live, owners);
            AssertFair(owners, live);
            Assert.Equal(owners, Placement.Of(live, owners));
        }
    }

    private static void AssertFair(long[] placed, IReadOnlyList<long> nodes)
    {
        Assert.Equal(Shards, placed.Length);
        var counts = nodes.Select(node => placed.Count(n => n == node)).ToList();
        Assert.Equal(Shards, counts.Sum());
        Assert.True(counts.Max() - counts.Min() <= 1, $"{nodes.Count} nodes: {string.Join(' ', counts)}");
    }

    private static long[] Ids(int nodes) => [.. Enumerable.Range(1, nodes).Select(n => 0x5bd1e995L * n * 7919)];
}
