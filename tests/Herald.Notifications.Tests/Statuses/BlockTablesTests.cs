using Herald.Engine.Events;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Tests.Statuses;

public sealed class BlockTablesTests
{
    private static readonly ShardId Shard = new(1);

    [Fact]
    public void A_part_is_found_only_for_its_own_table()
    {
        var tables = new BlockTables(1 << 20);
        var part = NewPart(7);
        tables.Put(Shard, 3, 5, part);
        Assert.Same(part, tables.Find(Shard, 3, 5, 7));
        Assert.Null(tables.Find(Shard, 3, 5, 8));
        Assert.Null(tables.Find(Shard, 3, 6, 7));
        Assert.Null(tables.Find(new ShardId(2), 3, 5, 7));
        tables.Put(Shard, 3, 5, NewPart(8));
        Assert.NotNull(tables.Find(Shard, 3, 5, 8));
    }

    [Fact]
    public void Above_the_bound_the_parts_go_that_were_not_used_lately()
    {
        var tables = new BlockTables(50_000);
        for (var block = 0; block < 1000; block++)
        {
            tables.Put(Shard, block, 0, NewPart(1));
            Assert.NotNull(tables.Find(Shard, 0, 0, 1));
            Assert.InRange(tables.Bytes, 1, 50_000);
        }
        Assert.InRange(tables.Dropped, 800, 999);
        Assert.NotNull(tables.Find(Shard, 999, 0, 1));
        Assert.Null(tables.Find(Shard, 1, 0, 1));
    }

    [Fact]
    public void A_forgotten_block_takes_no_room()
    {
        var tables = new BlockTables(1 << 20);
        for (var part = 0; part < Tag.Parts; part++)
            tables.Put(Shard, 3, part, NewPart(7));
        tables.Remove(Shard, 3);
        Assert.Equal(0, tables.Bytes);
        Assert.Null(tables.Find(Shard, 3, 0, 7));
    }

    private static TablePart NewPart(ulong id) => TablePart.Read(StatusKeys.UuidPart(0, 0), TablePart.Build(id, 1, null, [(1, 1)]));
}
