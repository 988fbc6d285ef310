namespace Herald.Engine.Stores;

/// <summary>Who owns which shard. The embedded store gives all shards to its one process for as long as it runs.</summary>
public interface IOwnership
{
    /// <summary>Renews this node's leases and takes what it should own by now, all in one call.</summary>
    ValueTask<IReadOnlyList<Lease>> RenewAsync(CancellationToken cancel);

    /// <summary>Gives shards up at once, so that the next owner need not wait for the lease to end.</summary>
    ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, CancellationToken cancel);
}

/// <param name="ValidFor">Counted from before the renewal was asked for; null means for as long as the process runs.</param>
public sealed record Lease(ShardId Shard, long Epoch, TimeSpan? ValidFor);
