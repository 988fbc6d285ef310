using Herald.Postgres.Connections;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Retention;

/// <summary>
/// Keeps the bounds of the store:
/// 1. Begin new periods.
/// 2. Drop periods that every shard has passed and that are old, or too many; first copy the events of waiting keys.
/// 3. Remove dead letters and history beyond their bounds, and source positions that newer ones have replaced.
/// 4. Report when there is no room.
/// One node at a time does this work. If two nodes do it for a moment, nothing is done twice.
/// </summary>
internal sealed class Housekeeper
{
    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly Room _room;
    private readonly EventPeriods _events;
    private readonly IdPeriods _ids;
    private readonly SettledEvents _settled;
    private readonly OldLetters _letters;
    private readonly OldHistory _history;
    private readonly OldPositions _positions;
    private long _failures;

    public Housekeeper(
        Database database, Dialect dialect, PeriodReader periods, PeriodRoll roll, PeriodTables tables, PostgresOptions options,
        TimeProvider time)
    {
        (_database, _time) = (database, time);
        _room = new Room(database, dialect, periods, options);
        _events = new EventPeriods(periods, roll, _room, options);
        _ids = new IdPeriods(database, dialect, periods, roll, tables, _room, options);
        _settled = new SettledEvents(database, periods, roll, _room, options);
        _letters = new OldLetters(database, options);
        _history = new OldHistory(database, options);
        _positions = new OldPositions(database);
    }

    /// <summary>The tables have reached their bound and nothing can be freed, so publishing is refused.</summary>
    public bool IsFull => _room.IsFull;

    /// <summary>The number of steps that failed.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Runs each step even if an earlier one failed. Returns false when a step failed and should be tried again soon.</summary>
    /// <param name="heads">The last sequences of all shards.</param>
    public async Task<bool> RunOnceAsync(long[] heads, CancellationToken cancel)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        // 1.
        var isDone = await TryAsync(
            "A new table of events could not be created.", () => _events.RollAsync(heads, now, cancel), cancel).ConfigureAwait(false);
        isDone &= await TryAsync(
            "A new table of remembered ids could not be created.", () => _ids.RollAsync(now, cancel), cancel).ConfigureAwait(false);
        // 2. and 4.
        isDone &= await TryAsync(
            "Settled events could not be freed.", () => _settled.FreeAsync(heads.Length, now, cancel), cancel).ConfigureAwait(false);
        // 3.
        isDone &= await TryAsync(
            "Dead letters that exceed a limit could not be removed.", () => _letters.RemoveAsync(now, cancel),
            cancel).ConfigureAwait(false);
        isDone &= await TryAsync(
            "Attempt history that exceeds a limit could not be removed.", () => _history.RemoveAsync(now, cancel),
            cancel).ConfigureAwait(false);
        isDone &= await TryAsync(
            "Old positions of sources could not be removed.", () => _positions.RemoveAsync(cancel), cancel).ConfigureAwait(false);
        return isDone;
    }

    private async Task<bool> TryAsync(string otherwise, Func<Task> step, CancellationToken cancel)
    {
        try
        {
            await step().ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            Interlocked.Increment(ref _failures);
            _database.Notices.Failed($"{otherwise} Herald retries.", failure);
            return false;
        }
    }
}
