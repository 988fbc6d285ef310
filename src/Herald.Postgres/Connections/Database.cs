using System.Data;
using Herald.Engine.Stores;
using Herald.Postgres.Locks;
using Npgsql;

namespace Herald.Postgres.Connections;

/// <summary>Connections to the one database, and the handling of its failures.</summary>
/// <remarks>
/// Conflicts are tried again with back-off. Every failure that can pass becomes a <see cref="StoreUnavailableException"/>. The others are
/// errors of Herald and reach the caller.
/// </remarks>
internal sealed class Database : IAsyncDisposable
{
    private const int Tries = 6, VitalConnections = 6;
    private static readonly TimeSpan AnewWithin = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _closing = new();
    private long _failures;

    public Database(PostgresOptions options, TimeProvider time, Action<string>? notices = null)
    {
        Notices = new Notices(notices ?? (_ => { }), time);
        (Schema, LogSchema) = (options.Schema, options.Schema + "_log");
        var settings = new NpgsqlConnectionStringBuilder(ConnectionForm.Parse(options.Connection).Npgsql);
        UseUnlessSet(settings, "Application Name", "herald");
        UseUnlessSet(settings, "Maximum Pool Size", options.Connections);
        UseUnlessSet(settings, "Max Auto Prepare", 100);
        UseUnlessSet(settings, "Auto Prepare Min Usages", 2);
        UseUnlessSet(settings, "Command Timeout", (int)options.CommandTimeout.TotalSeconds);
        UseUnlessSet(settings, "Timeout", (int)options.CommandTimeout.TotalSeconds);
        UseUnlessSet(settings, "Cancellation Timeout", 500);
        UseUnlessSet(settings, "Tcp Keepalive", true);
        // A statement after a commit can fail without undoing the commit: report which one failed.
        UseUnlessSet(settings, "Include Failed Batched Command", true);
        // Herald's statements change no session, and open transactions are rolled back anyway.
        UseUnlessSet(settings, "No Reset On Close", true);
        Source = Build(settings);
        settings.MaxPoolSize = VitalConnections;
        Vital = Build(settings);
        Locks = new LockWatch(this, time);
        Watch = new DatabaseWatch(
            LookAsync, notices ?? (_ => { }),
            why => Notices.Say("A connection to PostgreSQL was cut off, and others work.", $" {why}"), time,
            _closing.Token);
    }

    /// <summary>Whether the database answers.</summary>
    public DatabaseWatch Watch { get; }

    /// <summary>Called before a second try of work that met a period's table that no longer exists.</summary>
    public Func<CancellationToken, Task> OnTableGone { get; set; } = _ => Task.CompletedTask;

    public Notices Notices { get; }

    public NpgsqlDataSource Source { get; }

    /// <summary>The shards whose rows another process keeps locked.</summary>
    public LockWatch Locks { get; }

    /// <summary>
    /// Connections for the heartbeat, the listener, the wait for another node's end, and the look at locks. These must not wait behind
    /// reads or locks.
    /// </summary>
    public NpgsqlDataSource Vital { get; }

    public string Schema { get; }
    public string LogSchema { get; }

    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Cancelled when the store is closed: no wait continues after that.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Runs work on a connection of the pool. The work can be run more than once.</summary>
    public Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancel) =>
        RunAsync(Source, work, cancel);

    /// <summary>Runs work on one of the few connections reserved for vital work (<see cref="Vital"/>).</summary>
    public Task<T> RunVitalAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancel) =>
        RunAsync(Vital, work, cancel);

    private async Task<T> RunAsync<T>(
        NpgsqlDataSource source, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        if (_closing.IsCancellationRequested)
            throw new StoreUnavailableException("The store is closed.");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _closing.Token);
        for (var tried = 1; ; tried++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(either.Token).ConfigureAwait(false);
                return await WorkAsync(connection, work, either.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (Connections.Failures.IsConflict(failure) && tried < Tries)
            {
                await PauseAsync(tried, either.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (Connections.Failures.IsTableGone(failure) && tried == 1)
            {
                await OnTableGone(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                throw new StoreUnavailableException("The store is closed.");
            }
            catch (Exception failure) when (Connections.Failures.IsUnavailable(failure))
            {
                throw Unavailable(failure);
            }
        }
    }

    /// <summary>Waits before another try of work that was in conflict with another transaction.</summary>
    /// <remarks>The other transaction runs in real time, so this waits in real time, whatever clock the store has.</remarks>
    public static Task PauseAsync(int tried, CancellationToken cancel) => Task.Delay(BackOff.After(tried), TimeProvider.System, cancel);

    private async Task<T> WorkAsync<T>(
        NpgsqlConnection connection, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        try
        {
            return await work(connection, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is PostgresException or OperationCanceledException)
        {
            await BeginAnewAsync(connection).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Rolls back, and makes client and server forget all prepared statements. Call it after a statement has failed, or was cancelled, on a
    /// connection that is used again.
    /// </summary>
    /// <remarks>
    /// The client prepares frequent statements. When a batch fails or is cancelled, it loses count of the prepared ones, and a later call
    /// on the connection gets an unexpected answer.
    /// </remarks>
    public async Task BeginAnewAsync(NpgsqlConnection connection)
    {
        if (connection.State != ConnectionState.Open)
            return;
        try
        {
            using var late = new CancellationTokenSource(AnewWithin);
            await Transactions.RollbackAsync(connection, late.Token).ConfigureAwait(false);
            // The client has only a blocking call for this, so it runs on a thread of its own.
            await Task.Factory.StartNew(
                connection.UnprepareAll, CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException || Connections.Failures.IsUnavailable(failure))
        {
            // A broken connection does not return to the pool. This one may still be open, in an unknown state, and one connection of a
            // pool cannot be closed from here.
            Source.Clear();
            Vital.Clear();
        }
    }

    public Task RunAsync(Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancel) => RunAsync(
        async (connection, either) =>
        {
            await work(connection, either).ConfigureAwait(false);
            return true;
        },
        cancel);

    /// <summary>Counts a call that the database did not answer, and converts the failure.</summary>
    public StoreUnavailableException Unavailable(Exception failure)
    {
        Interlocked.Increment(ref _failures);
        if (!Connections.Failures.IsConflict(failure) && !Connections.Failures.IsLockTimeout(failure))
            Watch.OnFailure(failure);
        return Connections.Failures.ToUnavailable(failure);
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        await using var connection = await Vital.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using var command = connection.Command("select 1");
        await command.ExecuteScalarAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Cancels all work under way.</summary>
    public void Close() => _closing.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await Source.DisposeAsync().ConfigureAwait(false);
        await Vital.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings)
    {
        // If statements are not prepared, there may be a pooler behind the connection.
        string[] begin = settings.MaxAutoPrepare > 0 ? [Dialect.LivenessSql, Dialect.PlanOnceSql] : [Dialect.LivenessSql];
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(
            _ => throw new NotSupportedException("Connections are opened asynchronously."),
            async opened =>
            {
                await using var batch = new NpgsqlBatch(opened);
                foreach (var sql in begin)
                    batch.With(sql);
                await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
            });
        return builder.Build();
    }

    private static void UseUnlessSet(NpgsqlConnectionStringBuilder settings, string name, object value)
    {
        if (!settings.ContainsKey(name) || !settings.ShouldSerialize(name))
            settings[name] = value;
    }
}
