namespace Herald.Postgres.Leases;

/// <summary>What one heartbeat read, all from one moment.</summary>
/// <param name="Nodes">Registered nodes and their beats.</param>
/// <param name="Owners">The owner of each shard.</param>
internal sealed record Membership(
    IReadOnlyList<NodeBeat> Nodes, ShardOwner[] Owners, long CatalogVersion, long NewestPeriod, long[] Heads);

/// <param name="Session">The key of the lock that the node's process holds while it lives; 0 when it holds none.</param>
/// <param name="HasEnded">No session holds that lock.</param>
/// <param name="IsLeaving">The node releases its shards and takes none.</param>
internal readonly record struct NodeBeat(long Id, long Beat, long Session = 0, bool HasEnded = false, bool IsLeaving = false);

internal readonly record struct ShardOwner(long Node, long Epoch);
