namespace Herald.Postgres.Owning;

/// <summary>What one heartbeat read: all of one moment.</summary>
/// <param name="Nodes">Registered nodes and their beats.</param>
/// <param name="Owners">By shard.</param>
internal sealed record Membership(
    IReadOnlyList<NodeBeat> Nodes, ShardOwner[] Owners, long CatalogVersion, long NewestPeriod, long[] Heads);

/// <param name="Session">The lock that its process holds while it lives; 0 when it holds none that can be judged by.</param>
/// <param name="HasEnded">Nobody has that lock.</param>
/// <param name="IsLeaving">It releases its shards, and takes none.</param>
internal readonly record struct NodeBeat(long Id, long Beat, long Session = 0, bool HasEnded = false, bool IsLeaving = false);

internal readonly record struct ShardOwner(long Node, long Epoch);
