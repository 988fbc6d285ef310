using Herald.Engine.Events;

namespace Herald.Engine.Inspection;

/// <summary>Lets one query save a shard at most once, because each saving can take seconds.</summary>
internal sealed class OneSave(ShardViews shards, ShardId shard, TimeProvider time)
{
    public bool IsDone { get; private set; }

    /// <summary>Does nothing after the first call.</summary>
    public async ValueTask SaveAsync(CancellationToken cancel)
    {
        if (IsDone)
            return;
        IsDone = true;
        await shards.SaveSoonAsync(shard, time, cancel);
    }
}
