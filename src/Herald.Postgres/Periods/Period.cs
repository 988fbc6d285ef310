using Herald.Engine.Events;

namespace Herald.Postgres.Periods;

/// <summary>The events that were accepted between two rolls, in one table.</summary>
/// <param name="Heads">The last sequence of each shard before this period.</param>
internal sealed record Period(long Number, long StartedAtMs, long[] Heads);

/// <summary>The existing tables. The newest takes events. A shard's sequences lie in the tables in order, without gaps.</summary>
/// <param name="Seen">The newest table of remembered ids; there is always one before it.</param>
internal sealed record PeriodMap(IReadOnlyList<Period> All, long Seen)
{
    public Period Newest => All[^1];

    public IReadOnlyCollection<int> Shards { get; } = [.. Enumerable.Range(0, All.Count == 0 ? 0 : All[0].Heads.Length)];

    public long First(ShardId shard) => All[0].Heads[shard.Value] + 1;

    /// <summary>Returns the period of a sequence, existing or not; null when its table was dropped.</summary>
    public Period? Of(ShardId shard, long sequence)
    {
        for (var i = All.Count - 1; i >= 0; i--)
            if (All[i].Heads[shard.Value] < sequence)
                return All[i];
        return null;
    }
}
