using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Nats.Sources;

/// <summary>
/// Which node reads: the one that runs the shard that the source's name points to, so there are no leases of its own. For a moment two may sit there, which costs
/// nothing: both append what they read in order, and what the other has appended before is recognised.
/// </summary>
/// <param name="runs">Whether a shard runs on this node.</param>
internal sealed class SourceSeat(string source, IEventLog log, Func<ShardId, bool> runs, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private readonly ShardId _shard = ShardId.Of(StableHash.Of(source, log.HashSeed), log.ShardCount);

    public bool IsOurs => runs(_shard);

    /// <summary>Complete when it is ours, or is not.</summary>
    public async Task WhenAsync(bool isOurs, CancellationToken cancel)
    {
        while (IsOurs != isOurs)
            await Task.Delay(Look, time, cancel).ConfigureAwait(false);
    }
}
