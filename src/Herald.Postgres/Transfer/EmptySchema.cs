using Herald.Engine.Transfer;
using Herald.Postgres.Connections;
using Herald.Postgres.Periods;
using Npgsql;

namespace Herald.Postgres.Transfer;

/// <summary>Makes sure that a schema has no store, or only one that was never used, and clears it.</summary>
/// <remarks>
/// Runs in the transaction of an import. From then on that transaction blocks every other import, and every node that is about to start
/// with the schema.
/// </remarks>
internal sealed class EmptySchema(Database database, LiveNodes nodes)
{
    private readonly string _schema = database.Schema;

    /// <param name="dead">Nodes that are registered and known to be dead.</param>
    /// <exception cref="MoveRefusedException">The schema has a store.</exception>
    /// <exception cref="StoreBusyException">A node is alive, or another import is under way.</exception>
    public async Task TakeAsync(NpgsqlConnection connection, IReadOnlyList<long> dead, CancellationToken cancel)
    {
        try
        {
            await ExecuteAsync(connection, "set local lock_timeout = '2s'", cancel).ConfigureAwait(false);
            await ExecuteAsync(
                connection, $"insert into {_schema}.store (id, format, shard_count, hash_seed, hash_secret) values (1, {StoreIdentity.Format}, 0, 0, $1) on conflict (id) do nothing", cancel, Commands.Value(new byte[16])).ConfigureAwait(false);
            await ExecuteAsync(connection, $"select s.id from {_schema}.store s for update", cancel).ConfigureAwait(false);
            await ExecuteAsync(connection, $"delete from {_schema}.node n where n.id = any($1)", cancel, Commands.Value(dead.ToArray())).ConfigureAwait(false);
        }
        catch (PostgresException failure) when (Failures.IsLockTimeout(failure))
        {
            throw new StoreBusyException($"Another import into schema '{_schema}' is running, or a node is starting on it. Try again when that has ended.");
        }
        if (await AskAsync(connection, $"select (select n.name from {_schema}.node n limit 1)", cancel).ConfigureAwait(false) is string name)
            throw nodes.Busy(name);
        var periods = await PeriodReader.ReadAsync(connection, _schema, cancel).ConfigureAwait(false);
        await RefuseUsedAsync(connection, periods, cancel).ConfigureAwait(false);
        await ClearAsync(connection, periods, cancel).ConfigureAwait(false);
    }

    private async Task RefuseUsedAsync(NpgsqlConnection connection, PeriodMap periods, CancellationToken cancel)
    {
        var catalog = (long)(await AskAsync(connection, $"select coalesce(max(c.version), 0) from {_schema}.catalog c", cancel).ConfigureAwait(false))!;
        var hasEvents = periods.All.Any(period => period.Heads.Any(head => head > 0));
        foreach (var period in periods.All)
            hasEvents |= await AskAsync(
                connection, $"select (select e.sequence from {PeriodTables.Events(database.LogSchema, period.Number)} e limit 1)", cancel).ConfigureAwait(false) is long;
        if (catalog > 0 || hasEvents)
            throw new MoveRefusedException(
                $"Schema '{_schema}' already contains a store: its catalog has version {catalog}, and it has {(hasEvents ? "had" : "never had")} events. "
                + $"Import into another schema (--set postgres.schema=NAME), or drop the schemas {_schema} and {database.LogSchema} first.");
    }

    /// <summary>Removes what nodes left behind that were started and never used.</summary>
    private async Task ClearAsync(NpgsqlConnection connection, PeriodMap periods, CancellationToken cancel)
    {
        foreach (var table in (string[])["shard_lock", "shard_owner", "period", "seen_period", "progress", "kept_key", "kept_event", "history", "state", "dead_letter", "source_position", "source"])
            await ExecuteAsync(connection, $"delete from {_schema}.{table}", cancel).ConfigureAwait(false);
        foreach (var number in periods.All.Select(period => period.Number).Append(1).Distinct())
            await ExecuteAsync(connection, $"drop table if exists {PeriodTables.Events(database.LogSchema, number)}", cancel).ConfigureAwait(false);
        for (var number = Math.Max(1, periods.Seen); number >= 0; number--)
            await ExecuteAsync(connection, $"drop table if exists {PeriodTables.Seen(database.LogSchema, number)}", cancel).ConfigureAwait(false);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel, params NpgsqlParameter[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = connection.Command(sql);
        return await command.ExecuteScalarAsync(cancel).ConfigureAwait(false);
    }
}
