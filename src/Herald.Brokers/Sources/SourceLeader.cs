using Herald.Engine;
using Herald.Engine.Events;

namespace Herald.Brokers.Sources;

/// <summary>
/// Decides which node reads: the one that runs the shard to which the source's name points. So sources need no leases of their own. Two
/// nodes can read at the same time for a moment. Both append in order, and each recognises what the other has appended.
/// </summary>
/// <param name="runs">Whether a shard runs on this node.</param>
public sealed class SourceLeader(string source, HeraldEngine engine, Func<HeraldEngine, ShardId, bool> runs, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private readonly ShardId _shard = ShardId.Of(StableHash.Of(source, engine.Log.HashSeed), engine.Log.ShardCount);

    public bool IsOurs => runs(engine, _shard);

    /// <summary>Completes when this node is the one that reads, or no longer is.</summary>
    public async Task WhenAsync(bool isOurs, CancellationToken cancel)
    {
        while (IsOurs != isOurs)
            await Task.Delay(Look, time, cancel);
    }
}
