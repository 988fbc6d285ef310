using Herald.Postgres.Owning;
using Xunit;

namespace Herald.Postgres.Tests.Owning;

public sealed class PlacementTests
{
    private const int Shards = 64;

    [Fact]
    public void Without_nodes_nobody_owns_anything() => Assert.Empty(Placement.Of([], Shards));

    [Fact]
    public void Every_shard_has_one_node_and_no_node_more_than_its_share()
    {
        for (var nodes = 1; nodes <= 9; nodes++)
        {
            var placed = Placement.Of(Ids(nodes), Shards);
            Assert.Equal(Shards, placed.Length);
            var counts = Ids(nodes).Select(node => placed.Count(n => n == node)).ToList();
            Assert.Equal(Shards, counts.Sum());
            Assert.True(counts.Max() <= (Shards + nodes - 1) / nodes, $"{nodes} nodes: {string.Join(' ', counts)}");
        }
    }

    [Fact]
    public void All_who_know_the_same_members_agree() =>
        Assert.Equal(Placement.Of(Ids(5), Shards), Placement.Of([.. Ids(5).Reverse()], Shards));

    [Fact]
    public void A_node_that_joins_takes_about_its_share_and_little_else_moves()
    {
        for (var nodes = 1; nodes <= 8; nodes++)
        {
            var (before, after) = (Placement.Of(Ids(nodes), Shards), Placement.Of(Ids(nodes + 1), Shards));
            var moved = before.Zip(after).Count(pair => pair.First != pair.Second);
            var share = (double)Shards / (nodes + 1);
            Assert.True(moved <= (1.5 * share) + 2, $"{nodes} nodes and one more: {moved} shards moved, a share is {share:0.0}.");
        }
    }

    private static long[] Ids(int nodes) => [.. Enumerable.Range(1, nodes).Select(n => 0x5bd1e995L * n * 7919)];
}
