using System.Data;
using Npgsql;

namespace Herald.Postgres.Migrations;

/// <summary>
/// One step of one node, in one transaction:
/// 1. Lock, so that one node steps at a time.
/// 2. Read what is applied, because another node may have changed it.
/// 3. Choose what to do.
/// 4. Do it, and write its line of the history.
/// 5. Commit.
/// While other transactions block it, it waits and reports that.
/// </summary>
internal sealed class MigrationTurn(MigrationOptions options, TimeProvider time, Action<string> tell)
{
    private static readonly TimeSpan LockWait = TimeSpan.FromMilliseconds(500);
    private readonly MigrationHistory _history = new(options);

    /// <summary>The failure is a lock of another transaction or a conflict with one: a new try can succeed.</summary>
    public static bool MayPass(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    /// <param name="choose">Returns what to do, or null for nothing.</param>
    /// <returns>The result of <paramref name="run"/>, or null when there was nothing to do.</returns>
    public async Task<TDone?> TakeAsync<T, TDone>(
        NpgsqlConnection connection, Func<List<AppliedMigration>, T?> choose, Func<NpgsqlConnection, T, CancellationToken, Task<TDone>> run,
        CancellationToken cancel)
        where T : class where TDone : class
    {
        var began = time.GetTimestamp();
        for (var told = false; ; told = true)
        {
            try
            {
                // The isolation is set here because reads behind the lock must see the newest state, whatever the database's default is.
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancel);
                await _history.LockAsync(connection, LockWait, cancel);
                if (choose(await _history.ReadAsync(connection, cancel)) is not { } chosen)
                    return null;
                var done = await run(connection, chosen, cancel);
                await transaction.CommitAsync(cancel);
                return done;
            }
            catch (PostgresException busy) when (MayPass(busy))
            {
                if (time.GetElapsedTime(began) >= options.Patience)
                    throw GivenUp(busy);
                if (!told)
                    tell(
                        $"Schema {options.Schema}: waiting until another node has migrated, or until "
                            + $"a table is unlocked ({busy.MessageText}).");
            }
        }
    }

    private MigrationException GivenUp(PostgresException busy) => new(
        MigrationFault.Busy,
        $"Schema {options.Schema}: another node has been migrating, or has locked a table that is to be changed, for longer than "
        + $"{options.Patience.TotalSeconds:0.#} s ({busy.MessageText}). This step changed nothing. Try again when the other node is done.",
        busy);
}
