namespace Herald.Engine.Moving;

/// <summary>What is settled before anything is moved. A moved store has the shards, the seed and the secret of the one it came from, so that no key changes its place, and every hash holds.</summary>
public sealed record StoreShape(ulong HashSeed, UInt128 HashSecret, IReadOnlyList<ShardShape> Shards)
{
    public const int MaxShards = 1024;

    public long Events => Shards.Sum(shard => shard.Kept);
}
