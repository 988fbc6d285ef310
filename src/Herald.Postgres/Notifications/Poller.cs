using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Periods;
using Npgsql;

namespace Herald.Postgres.Notifications;

/// <summary>
/// Polls the heads of this node's shards when there are no notifications. Polls soon again while there is something new; otherwise doubles
/// the pause, up to the pace of heartbeats, which carry the same heads.
/// </summary>
internal sealed class Poller(Database database, PeriodReader periods, TimeProvider time, Func<int[]> shards, Action<ShardId, long> found)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10), Longest = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, long> _heads = [];

    public async Task RunAsync()
    {
        var pause = Shortest;
        while (!database.Closing.IsCancellationRequested)
        {
            try
            {
                pause = await RunOnceAsync().ConfigureAwait(false) > 0
                    ? Shortest
                    : TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, Longest.Ticks));
                await Task.Delay(pause, time, database.Closing).ConfigureAwait(false);
            }
            catch (StoreUnavailableException)
            {
                pause = await PauseAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure)
            {
                // The loop must not end: no other code polls, and each event would wait for a heartbeat.
                database.Notices.Failed(
                    "The newest sequences of this node's shards could not be read, so new events wait. Herald retries.", failure);
                pause = await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Pauses before the next try after a failure.</summary>
    private async Task<TimeSpan> PauseAsync()
    {
        try
        {
            await Task.Delay(Longest, time, database.Closing).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop notices it.
        }
        return Shortest;
    }

    /// <summary>Returns how many shards have new events.</summary>
    public async Task<int> RunOnceAsync()
    {
        var owned = shards();
        if (owned.Length == 0)
            return 0;
        var grown = 0;
        foreach (var (shard, head) in await ReadAsync(owned).ConfigureAwait(false))
        {
            if (_heads.GetValueOrDefault(shard) >= head)
                continue;
            _heads[shard] = head;
            grown++;
            found(new ShardId(shard), head);
        }
        return grown;
    }

    private async Task<List<(int, long)>> ReadAsync(int[] owned)
    {
        try
        {
            return await database.RunAsync(
                async (connection, cancel) =>
                {
                    var heads = new List<(int, long)>();
                    await using var command = connection.Command(
                        $"""
                        select s.shard, (select e.sequence from {PeriodTables.Events(database.LogSchema, periods.Map.Newest.Number)} e where e.shard = s.shard order by e.sequence desc limit 1)
                        from unnest($1::int[]) as s(shard)
                        """,
                        Commands.Value(owned));
                    await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
                    while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                        if (!reader.IsDBNull(1))
                            heads.Add((reader.GetInt32(0), reader.GetInt64(1)));
                    return heads;
                },
                database.Closing).ConfigureAwait(false);
        }
        catch (PostgresException failure) when (Failures.IsTableGone(failure))
        {
            // The next heartbeat brings the new period.
            return [];
        }
    }
}
