using Herald.Postgres.Periods;

namespace Herald.Postgres.Retention;

/// <summary>Begins another table of events when the newest is old or full.</summary>
internal sealed class EventPeriods(PeriodReader periods, PeriodRoll roll, Room room, PostgresOptions options)
{
    /// <param name="heads">The last sequences of all shards.</param>
    public async Task RollAsync(long[] heads, long nowMs, CancellationToken cancel)
    {
        var newest = periods.Map.Newest;
        var events = heads.Zip(newest.Heads, (head, before) => head - before).Sum();
        // If there is no room and only one period, close it, so that its settled events can be freed.
        if (events > 0 && ((room.IsFull && periods.Map.All.Count == 1) || events >= options.PeriodEvents || nowMs - newest.StartedAtMs >= options.PeriodAge.TotalMilliseconds))
            await roll.RollEventsAsync(nowMs, cancel).ConfigureAwait(false);
    }
}
