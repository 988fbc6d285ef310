namespace Herald.Engine.Stores;

/// <summary>
/// Who owns which shard. The embedded store gives all shards to its one process for as long as it runs; a store that many nodes
/// share places them on the nodes that live, under leases that run out.
/// </summary>
public interface IOwnership
{
    /// <summary>
    /// Renews this node's leases and takes what it should own by now, all in one call. What is missing in the answer, or has another
    /// epoch, is no longer this node's. It is asked every fifth of the shortest lease, and every second by a node that has had none yet.
    /// </summary>
    ValueTask<IReadOnlyList<Lease>> RenewAsync(CancellationToken cancel);

    /// <summary>This node is about to stop: others take what it releases from now on, and no shard is given to it any more.</summary>
    /// <returns>Whether there are others.</returns>
    ValueTask<bool> GiveWayAsync(CancellationToken cancel);

    /// <summary>Gives shards up at once, so that the next owner need not wait for the lease to end.</summary>
    ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, CancellationToken cancel);

    /// <summary>
    /// The attempts of this node are made with at least this version of the catalog from now on. The other nodes may learn of it a
    /// little later, at the latest with the next renewal; must return at once.
    /// </summary>
    void Follows(long catalogVersion);

    /// <summary>
    /// The lowest version that any other node which may have leases works with, as far as is known; <see cref="long.MaxValue"/> when there is
    /// none. One that comes later works with what the catalog is then.
    /// </summary>
    ValueTask<long> OthersFollowAsync(CancellationToken cancel);

    /// <summary>Called on any thread when renewing now may bring a shard; must return at once. A hint: it may be lost.</summary>
    IDisposable OnMoved(Action moved);
}

/// <param name="ValidFor">Counted from before the renewal was asked for; null means for as long as the process runs.</param>
/// <param name="IsLeaving">Another node should own the shard: save, and release it soon.</param>
public sealed record Lease(ShardId Shard, long Epoch, TimeSpan? ValidFor, bool IsLeaving = false);
