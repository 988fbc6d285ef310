using Herald.Engine.Shards;

namespace Herald.Engine.Owning;

/// <summary>The shards that run on this node, to be read by anybody at any moment. The keeper of the leases alone changes them, by replacing the whole.</summary>
internal sealed class ShardHosts(int shardCount)
{
    private volatile Content _content = new([], new ShardHost?[shardCount]);

    public IReadOnlyList<ShardHost> All => _content.All;

    /// <summary>How much of the store is this node's; never zero, because limits are multiplied by it.</summary>
    public double Share => (double)Math.Max(1, _content.All.Count) / shardCount;

    /// <summary>The edition of the catalog that every shard here has followed; what is newer may still be news to one of them.</summary>
    public long CatalogFollowed()
    {
        var lowest = long.MaxValue;
        foreach (var host in _content.All)
            lowest = Math.Min(lowest, host.CatalogFollowed);
        return lowest;
    }

    /// <summary>Null when it does not run here, or when there is no such shard.</summary>
    public ShardHost? Find(int shard) => shard >= 0 && shard < shardCount ? _content.ByShard[shard] : null;

    public void Replace(IEnumerable<ShardHost> hosts)
    {
        var byShard = new ShardHost?[shardCount];
        foreach (var host in hosts)
            byShard[host.Shard.Value] = host;
        _content = new([.. byShard.OfType<ShardHost>()], byShard);
    }

    private sealed record Content(IReadOnlyList<ShardHost> All, ShardHost?[] ByShard);
}
