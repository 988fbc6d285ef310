using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Appends;
using Herald.Postgres.Connections;
using Herald.Postgres.Locks;
using Herald.Postgres.Periods;
using Herald.Postgres.Reads;
using Npgsql;

namespace Herald.Postgres.Sources;

/// <summary>The positions of sources, saved with their events in one transaction.</summary>
/// <remarks>
/// Positions are added and never updated, so that a snapshot held open costs nothing. The row that is locked meanwhile never changes.
/// </remarks>
internal sealed class SourceTable(Database database, EventAppender appender, PeriodReader periods, RecordReader records)
{
    private const int Tries = 6;

    private readonly string _schema = database.Schema;

    public Task<long?> ReadAsync(string source, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command($"select max(p.position) from {_schema}.source_position p where p.name = $1", Commands.Value(source));
            return await command.ExecuteScalarAsync(either).ConfigureAwait(false) as long?;
        },
        cancel);

    /// <summary>Stores all events and the position. Stores nothing when the position is not above the stored one.</summary>
    public async Task<Appended[]> AppendAsync(ReadOnlyMemory<NewEvent> events, SourcePosition position, CancellationToken cancel)
    {
        if (!StoredText.Holds(position.Source))
            throw new ArgumentException($"'{StoredText.Of(position.Source)}' cannot be the name of a source: it contains characters that PostgreSQL cannot store.", nameof(position));
        var unreadable = new HashSet<(ShardId, long)>();
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await AppendAsync(events, position, unreadable, cancel).ConfigureAwait(false);
            }
            catch (UnreadableOriginalException met) when (tried < Tries)
            {
                await appender.AddUnreadableAsync(unreadable, met, cancel).ConfigureAwait(false);
            }
        }
    }

    private Task<Appended[]> AppendAsync(
        ReadOnlyMemory<NewEvent> events, SourcePosition position, HashSet<(ShardId, long)> unreadable,
        CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            while (true)
            {
                if (await TryAppendAsync(connection, events, position, unreadable, either).ConfigureAwait(false) is { } verdicts)
                    return verdicts;
                await periods.RefreshAsync(either).ConfigureAwait(false);
            }
        },
        cancel);

    /// <summary>Returns null when a new period has begun.</summary>
    private async Task<Appended[]?> TryAppendAsync(
        NpgsqlConnection connection, ReadOnlyMemory<NewEvent> events, SourcePosition position, HashSet<(ShardId, long)> unreadable,
        CancellationToken cancel)
    {
        var plan = appender.Plan(events);
        await using var look = new NpgsqlBatch(connection);
        look.With(Transactions.Begin).WithBounds()
            .With($"insert into {_schema}.source (name) values ($1) on conflict (name) do nothing", Commands.Value(position.Source))
            .With($"select s.name from {_schema}.source s where s.name = $1 for update", Commands.Value(position.Source))
            .With($"select max(p.position) from {_schema}.source_position p where p.name = $1", Commands.Value(position.Source));
        plan.AddLook(look);
        var (stored, isCurrent) = await database.Locks.RunAsync(LockTable.Log, plan.Shards, () => LookAsync(look, plan, cancel)).ConfigureAwait(false);
        if (position.Position <= stored || !isCurrent)
        {
            await Transactions.RollbackAsync(connection, cancel).ConfigureAwait(false);
            if (!(position.Position <= stored))
                return null;
            var replayed = new Appended[events.Length];
            Array.Fill(replayed, new Appended(Verdict.Duplicate, 0));
            return replayed;
        }
        await plan.DecideAsync(connection, records, unreadable, cancel).ConfigureAwait(false);
        await using var write = new NpgsqlBatch(connection);
        plan.AddInserts(write);
        write.With($"insert into {_schema}.source_position (name, position) values ($1, $2)", Commands.Value(position.Source), Commands.Value(position.Position))
            .With(Transactions.Commit);
        await write.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        appender.Stored(plan, events);
        return plan.Verdicts;
    }

    private static async Task<(long? Stored, bool IsCurrent)> LookAsync(NpgsqlBatch look, AppendPlan plan, CancellationToken cancel)
    {
        await using var reader = await look.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        // Skip the answers of the bounds and of the source's row.
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        await reader.ReadAsync(cancel).ConfigureAwait(false);
        long? stored = reader.IsDBNull(0) ? null : reader.GetInt64(0);
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        return (stored, await plan.ReadLookAsync(reader, cancel).ConfigureAwait(false));
    }
}
