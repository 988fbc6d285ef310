namespace Herald.Postgres.Owning;

/// <summary>What one heartbeat read: all of one moment.</summary>
/// <param name="Nodes">Registered nodes and their beats.</param>
/// <param name="Owners">By shard.</param>
internal sealed record Membership(
    IReadOnlyList<NodeBeat> Nodes, ShardOwner[] Owners, long CatalogVersion, long NewestPeriod, long[] Heads);

internal readonly record struct NodeBeat(long Id, long Beat);

internal readonly record struct ShardOwner(long Node, long Epoch);
