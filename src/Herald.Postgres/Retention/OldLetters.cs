using Herald.Postgres.Connections;

namespace Herald.Postgres.Retention;

/// <summary>Removes dead letters beyond their bounds of age and of bytes.</summary>
internal sealed class OldLetters(Database database, PostgresOptions options)
{
    private const int RowsAtOnce = 10_000;

    private readonly string _schema = database.Schema;

    public Task RemoveAsync(long nowMs, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            const string Key = "(d.shard, d.subscription, d.generation, d.sequence)";
            await using var old = connection.Command(
                $"delete from {_schema}.dead_letter d where {Key} in (select d.shard, d.subscription, d.generation, d.sequence from "
                    + $"{_schema}.dead_letter d where d.died_at_ms < $1 limit {RowsAtOnce})",
                Commands.Value(nowMs - (long)options.DeadLetterRetention.TotalMilliseconds));
            await old.ExecuteNonQueryAsync(either).ConfigureAwait(false);
            await using var sum = connection.Command($"select coalesce(sum(d.size::bigint), 0)::bigint from {_schema}.dead_letter d");
            if ((long)(await sum.ExecuteScalarAsync(either).ConfigureAwait(false))! <= options.DeadLetterBytesKept)
                return;
            await using var excess = connection.Command(
                $"""
                delete from {_schema}.dead_letter d where {Key} in (
                    select s.shard, s.subscription, s.generation, s.sequence from (
                        select d.*, sum(d.size::bigint) over (order by d.died_at_ms desc, d.shard desc, d.sequence desc, d.subscription desc, d.generation desc) as newer
                        from {_schema}.dead_letter d) s
                    where s.newer > $1 limit {RowsAtOnce})
                """,
                Commands.Value(options.DeadLetterBytesKept));
            await excess.ExecuteNonQueryAsync(either).ConfigureAwait(false);
        },
        cancel);
}
