using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>Decides which node owns which shard. The embedded store gives all shards to its one process for as long as it runs.</summary>
/// <remarks>
/// A store that many nodes share places the shards on the running nodes, under leases. A lease is the right to own a shard until a time.
/// </remarks>
public interface IOwnership
{
    /// <summary>
    /// Renews this node's leases and takes the shards that it should own by now, all in one call. A lease that is missing in the answer, or
    /// has another epoch, is no longer this node's.
    /// </summary>
    /// <remarks>A node calls this every fifth of its shortest lease, and every second while it has had no lease yet.</remarks>
    ValueTask<IReadOnlyList<Lease>> RenewAsync(CancellationToken cancel);

    /// <summary>
    /// Announces that this node is about to stop. Other nodes take what it releases from now on, and it receives no more shards.
    /// </summary>
    /// <returns>Whether there are other nodes.</returns>
    ValueTask<bool> GiveWayAsync(CancellationToken cancel);

    /// <summary>Gives up shards at once, so that the next owner need not wait for the lease to end.</summary>
    ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, CancellationToken cancel);

    /// <summary>
    /// Reports that this node makes its attempts with at least this version of the catalog from now on. Other nodes may learn of it a
    /// little later, at the latest with the next renewal. Must return at once.
    /// </summary>
    void Follows(long catalogVersion);

    /// <summary>
    /// The lowest catalog version reported by any other node that may hold leases; <see cref="long.MaxValue"/> when there is no such node.
    /// A node that joins later reads the newest catalog.
    /// </summary>
    ValueTask<long> OthersFollowAsync(CancellationToken cancel);

    /// <summary>
    /// Calls the listener, on any thread, when a renewal now could bring a shard. The listener must return at once. It is a hint: a call
    /// can be lost.
    /// </summary>
    IDisposable OnMoved(Action moved);
}

/// <param name="ValidFor">Counted from before the renewal was requested; null means for as long as the process runs.</param>
/// <param name="IsLeaving">Another node should own the shard: save the shard's progress and release it soon.</param>
public sealed record Lease(ShardId Shard, long Epoch, TimeSpan? ValidFor, bool IsLeaving = false);
