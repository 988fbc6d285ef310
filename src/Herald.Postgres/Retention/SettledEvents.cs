using Herald.Postgres.Connections;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Retention;

/// <summary>
/// Drops periods that every shard has passed and that are old, or too many; first copies the events of waiting keys.
/// </summary>
internal sealed class SettledEvents(Database database, PeriodReader periods, PeriodRoll roll, Room room, PostgresOptions options)
{
    private const int DropsAtOnce = 20;

    private readonly KeptEvents _kept = new(database);

    public async Task FreeAsync(int shards, long nowMs, CancellationToken cancel)
    {
        var bytes = await room.SizeAsync(cancel).ConfigureAwait(false);
        try
        {
            await _kept.ReleaseAsync(cancel).ConfigureAwait(false);
            var settled = await _kept.FreeBelowAsync(shards, cancel).ConfigureAwait(false);
            for (var i = 0; i < DropsAtOnce && MayDrop(settled, nowMs, room.IsFullWith(bytes) || bytes > options.RetainBytes); i++)
            {
                await _kept.CopyAsync(periods.Map.All[0], periods.Map.All[1], cancel).ConfigureAwait(false);
                if (!await roll.TryDropOldestAsync(cancel).ConfigureAwait(false))
                    break;
                bytes = await room.SizeAsync(cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            await room.JudgeAsync(bytes, cancel).ConfigureAwait(false);
        }
    }

    private bool MayDrop(long[] settledBelow, long nowMs, bool isPressing)
    {
        if (periods.Map.All is not [var oldest, var next, ..])
            return false;
        for (var shard = 0; shard < settledBelow.Length; shard++)
            if (next.Heads[shard] > oldest.Heads[shard] && settledBelow[shard] <= next.Heads[shard])
                return false;
        // The newest event of a period is about as old as the start of the next period.
        return isPressing || nowMs - next.StartedAtMs >= options.RetainFor.TotalMilliseconds;
    }
}
