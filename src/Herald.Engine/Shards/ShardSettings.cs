using Herald.Engine.Basics;

namespace Herald.Engine.Shards;

/// <summary>The bounds of one shard's machine; see <see cref="EngineOptions"/>.</summary>
/// <param name="Blocked">Shared by all shards of the node.</param>
/// <param name="MostKept">See <see cref="EngineOptions.MostKept"/>.</param>
/// <param name="KeptNear">See <see cref="EngineOptions.KeptNear"/>.</param>
internal sealed record ShardSettings(int Window, int LaneWindow, int MaxBlockedPerSubscription, BlockedBound Blocked, int ScanChunk = 512, int MostKept = 65_536, int KeptNear = 1024);

/// <summary>The node's bound of blocked keys. It is the only state that machines share.</summary>
internal sealed class BlockedBound(int most)
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public bool TryTake()
    {
        if (Interlocked.Increment(ref _count) <= most)
            return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Free(int count) => Interlocked.Add(ref _count, -count);
}
