using Herald.Postgres.Connections;

namespace Herald.Postgres.Retention;

/// <summary>Removes attempt history beyond its bounds of age and of bytes.</summary>
internal sealed class OldHistory(Database database, PostgresOptions options)
{
    private const int RowsAtOnce = 10_000;

    private readonly string _schema = database.Schema;

    public Task RemoveAsync(long nowMs, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var old = connection.Command(
                $"delete from {_schema}.history h where h.written_at_ms < $1",
                Commands.Value(nowMs - (long)options.HistoryAge.TotalMilliseconds));
            await old.ExecuteNonQueryAsync(either).ConfigureAwait(false);
            await using var sum = connection.Command($"select coalesce(sum(length(h.block)), 0)::bigint from {_schema}.history h");
            if ((long)(await sum.ExecuteScalarAsync(either).ConfigureAwait(false))! <= options.HistoryBytesKept)
                return;
            await using var excess = connection.Command(
                $"""
                delete from {_schema}.history h where (h.shard, h.epoch, h.number) in (
                    select s.shard, s.epoch, s.number from (
                        select h.shard, h.epoch, h.number, sum(length(h.block)) over (order by h.written_at_ms desc, h.shard desc, h.epoch desc, h.number desc) as newer
                        from {_schema}.history h) s
                    where s.newer > $1 limit {RowsAtOnce})
                """,
                Commands.Value(options.HistoryBytesKept));
            await excess.ExecuteNonQueryAsync(either).ConfigureAwait(false);
        },
        cancel);
}
