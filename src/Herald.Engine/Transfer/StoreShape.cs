namespace Herald.Engine.Transfer;

/// <summary>
/// What is fixed before anything is moved. The target gets the shards, the seed and the secret of the source, so that every key stays in
/// its shard and every hash stays valid.
/// </summary>
public sealed record StoreShape(ulong HashSeed, UInt128 HashSecret, IReadOnlyList<ShardShape> Shards)
{
    public const int MaxShards = 1024;

    public long Events => Shards.Sum(shard => shard.Kept);
}
