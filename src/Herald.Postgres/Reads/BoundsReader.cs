using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Reads;

/// <summary>
/// Reads where the logs of shards begin and end. One call reads many shards, because a node that takes over asks for many at once.
/// </summary>
internal sealed class BoundsReader : IDisposable
{
    private readonly Database _database;
    private readonly PeriodReader _periods;
    private readonly Gathering<int, Answer> _gathering;

    public BoundsReader(Database database, PeriodReader periods, TimeProvider time)
    {
        (_database, _periods) = (database, periods);
        _gathering = new(AskAsync, time, _ => false);
    }

    public async ValueTask<LogBounds> ReadAsync(ShardId shard, CancellationToken cancel)
    {
        while (true)
        {
            var answer = await _gathering.AskAsync(shard.Value).WaitAsync(cancel).ConfigureAwait(false);
            if (answer.IsCurrent)
                return new LogBounds(answer.Map.First(shard), answer.Last ?? answer.Map.Newest.Heads[shard.Value]);
            await _periods.RefreshAsync(cancel).ConfigureAwait(false);
        }
    }

    public void Dispose() => _gathering.Dispose();

    private Task<IReadOnlyList<Answer>> AskAsync(IReadOnlyList<int> shards) => _database.RunAsync(
        async (connection, cancel) =>
        {
            var map = _periods.Map;
            await using var command = connection.Command(
                $"""
                select (select max(e.sequence) from {PeriodTables.Events(_database.LogSchema, map.Newest.Number)} e where e.shard = s.shard),
                    (select max(p.number) from {_database.Schema}.period p), (select min(p.number) from {_database.Schema}.period p)
                from unnest($1::int[]) with ordinality as s(shard, place) order by s.place
                """,
                Commands.Value(shards.ToArray()));
            await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            var answers = new List<Answer>();
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                answers.Add(new Answer(
                    map, reader.IsDBNull(0) ? null : reader.GetInt64(0),
                    reader.GetInt64(1) == map.Newest.Number && reader.GetInt64(2) == map.All[0].Number));
            return (IReadOnlyList<Answer>)answers;
        },
        CancellationToken.None);

    /// <param name="IsCurrent">Whether the map names the existing tables.</param>
    private sealed record Answer(PeriodMap Map, long? Last, bool IsCurrent);
}
