using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Nats.Sources;

/// <summary>
/// Decides which node reads: the one that runs the shard to which the source's name points. So sources need no leases of their own. Two
/// nodes can read at the same time for a moment. Both append in order, and each recognises what the other has appended.
/// </summary>
/// <param name="runs">Whether a shard runs on this node.</param>
internal sealed class SourceSeat(string source, IEventLog log, Func<ShardId, bool> runs, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private readonly ShardId _shard = ShardId.Of(StableHash.Of(source, log.HashSeed), log.ShardCount);

    public bool IsOurs => runs(_shard);

    /// <summary>Completes when this node is the one that reads, or no longer is.</summary>
    public async Task WhenAsync(bool isOurs, CancellationToken cancel)
    {
        while (IsOurs != isOurs)
            await Task.Delay(Look, time, cancel).ConfigureAwait(false);
    }
}
