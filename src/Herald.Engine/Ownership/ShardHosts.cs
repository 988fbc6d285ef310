using Herald.Engine.Shards;

namespace Herald.Engine.Ownership;

/// <summary>
/// The shards that run on this node. Any thread may read them at any time. Only the lease keeper changes them, by replacing the whole
/// content.
/// </summary>
internal sealed class ShardHosts(int shardCount)
{
    private volatile Content _content = new([], new ShardHost?[shardCount]);

    public IReadOnlyList<ShardHost> All => _content.All;

    /// <summary>This node's part of the store's shards. Never zero, because limits are multiplied by it.</summary>
    public double Share => (double)Math.Max(1, _content.All.Count) / shardCount;

    /// <summary>
    /// The edition of the catalog that every shard on this node has followed. Some shard may not know a newer edition yet.
    /// </summary>
    public long CatalogFollowed()
    {
        var lowest = long.MaxValue;
        foreach (var host in _content.All)
            lowest = Math.Min(lowest, host.CatalogFollowed);
        return lowest;
    }

    /// <summary>Null when the shard does not run here or does not exist.</summary>
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
