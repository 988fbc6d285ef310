using System.Collections.Concurrent;
using System.Globalization;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Npgsql;

namespace Herald.Postgres.Locks;

/// <summary>Watches shards whose rows another process keeps locked.</summary>
/// <remarks>
/// Work for such a shard is refused at once instead of waiting again and again; all other work continues. A caller that has waited in vain
/// reports its shards here. From then on this class tries to lock the row until it is free. It also finds out which database process holds
/// the lock, and ends that process if it is a node of Herald that is silent.
/// </remarks>
internal sealed class LockWatch(Database database, TimeProvider time)
{
    /// <summary>The pause between two rounds in which all rows known to be locked are tried.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<(LockTable Table, int Shard), HeldLock> _held = [];
    private readonly string _bounds = TransactionBounds.Sql(Patience);
    private int _running;

    /// <summary>The locked rows, ordered by table and shard.</summary>
    public IReadOnlyList<HeldLock> Held => [.. _held.Values.OrderBy(one => one.Table).ThenBy(one => one.Shard)];

    public bool IsHeld(LockTable table, int shard) => !_held.IsEmpty && _held.ContainsKey((table, shard));

    /// <summary>
    /// The shards of a table that are locked at this moment. A caller that decides about several pieces of work asks once: a lock can go
    /// between two questions.
    /// </summary>
    public HashSet<int> HeldOf(LockTable table) =>
        _held.IsEmpty ? [] : [.. _held.Keys.Where(one => one.Table == table).Select(one => one.Shard)];

    public StoreUnavailableException Refuse(LockTable table, int shard) =>
        new(_held.TryGetValue((table, shard), out var held) ? Describe(held)
            : $"Shard {shard} was locked in the database for too long. Try again.");

    /// <summary>Describes the lock in a sentence for the operator.</summary>
    public string Describe(HeldLock held) => string.Create(
        CultureInfo.InvariantCulture,
        $"Shard {held.Shard} is locked in the database ({NameOf(held.Table)}) by {NameOf(held)}.");

    /// <summary>Runs work that needs the rows of all these shards. Refuses it while one of the rows is known to be locked.</summary>
    public async Task<T> RunAsync<T>(LockTable table, IReadOnlyCollection<int> shards, Func<Task<T>> work)
    {
        if (!_held.IsEmpty)
            foreach (var shard in shards)
                if (IsHeld(table, shard))
                    throw Refuse(table, shard);
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (PostgresException failure) when (Failures.IsLockTimeout(failure))
        {
            Suspect(table, shards);
            throw;
        }
    }

    /// <summary>Called after a wait for one of these rows has failed. Watches the rows that are found locked.</summary>
    public async Task LookAsync(LockTable table, IReadOnlyCollection<int> shards, CancellationToken cancel)
    {
        var suspects = shards.Distinct().Order().ToArray();
        var free = await database.RunVitalAsync(
            (connection, either) => FindFreeAsync(connection, table, suspects, either), cancel).ConfigureAwait(false);
        foreach (var shard in suspects.Except(free))
        {
            // A row that is only busy becomes free within the time of this try.
            if (await FindHolderAsync(new HeldLock(table, shard, 0, ""), cancel).ConfigureAwait(false) is { } held)
                _held.TryAdd((table, shard), held);
        }
        if (!_held.IsEmpty && Interlocked.Exchange(ref _running, 1) == 0)
            _ = Task.Run(RunAsync, CancellationToken.None);
    }

    // The caller has waited in vain already, so it does not wait for this look as well.
    private async void Suspect(LockTable table, IReadOnlyCollection<int> shards)
    {
        try
        {
            await LookAsync(table, shards, database.Closing).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or OperationCanceledException or ObjectDisposedException)
        {
            // The next caller that meets the locked row looks again.
        }
    }

    private async Task RunAsync()
    {
        while (!database.Closing.IsCancellationRequested)
        {
            try
            {
                foreach (var held in _held.Values)
                    await TryAsync(held).ConfigureAwait(false);
                if (_held.IsEmpty)
                {
                    Volatile.Write(ref _running, 0);
                    if (_held.IsEmpty || Interlocked.Exchange(ref _running, 1) != 0)
                        return;
                }
                await Task.Delay(Pause, time, database.Closing).ConfigureAwait(false);
            }
            catch (StoreUnavailableException)
            {
                // The database is away, and all work waits for it. Locks do not outlive the database's sessions.
                _held.Clear();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure)
            {
                // The loop must not end while shards are marked as locked.
                database.Notices.Failed(
                    "The locks of shards in the database could not be read. Herald retries the work for these shards.", failure);
                _held.Clear();
            }
        }
    }

    private async Task TryAsync(HeldLock held)
    {
        var still = await FindHolderAsync(held, database.Closing).ConfigureAwait(false);
        if (still is null)
            _held.TryRemove((held.Table, held.Shard), out _);
        else
            _held.TryUpdate((held.Table, held.Shard), still, held);
    }

    /// <summary>Tries for a moment to lock the row, and meanwhile finds out which process holds it.</summary>
    /// <returns>Null when the row is free, or when a node of Herald holds it that waits for another row itself and gives up soon.</returns>
    private async Task<HeldLock?> FindHolderAsync(HeldLock held, CancellationToken cancel) => await database.RunVitalAsync(
        async (connection, either) =>
        {
            int process;
            await using (var begin = new NpgsqlBatch(connection))
            {
                begin.With(Transactions.Begin).With(_bounds).With(Dialect.ProcessIdSql);
                await using var reader = await begin.ExecuteReaderAsync(either).ConfigureAwait(false);
                await reader.NextResultAsync(either).ConfigureAwait(false);
                await reader.ReadAsync(either).ConfigureAwait(false);
                process = reader.GetInt32(0);
            }
            var locking = LockAsync(connection, held.Table, held.Shard, either);
            var holder = ReadHolderAsync(process, locking);
            try
            {
                await locking.ConfigureAwait(false);
                return null;
            }
            catch (PostgresException failure) when (Failures.IsLockTimeout(failure))
            {
                return await holder.ConfigureAwait(false) switch
                {
                    null => held,
                    { Waits: true } => null,
                    var (found, told, _) => held with { ProcessId = found, Process = told },
                };
            }
            finally
            {
                await holder.ConfigureAwait(false);
                await database.BeginAnewAsync(connection).ConfigureAwait(false);
            }
        },
        cancel).ConfigureAwait(false);

    /// <summary>Finds the holder of the lock that a database process waits for, as long as it waits.</summary>
    private async Task<(int Process, string Told, bool Waits)?> ReadHolderAsync(int waiter, Task waiting)
    {
        try
        {
            while (!waiting.IsCompleted)
            {
                if (await database.RunVitalAsync((connection, either) => ReadHolderAsync(connection, waiter, either), database.Closing).ConfigureAwait(false) is { } found)
                    return found;
            }
        }
        catch (Exception failure) when (failure is StoreUnavailableException or OperationCanceledException || Failures.IsUnavailable(failure))
        {
            // The next try reads the holder again.
        }
        return null;
    }

    private static async Task<(int Process, string Told, bool Waits)?> ReadHolderAsync(
        NpgsqlConnection connection, int waiter, CancellationToken cancel)
    {
        await using var command = connection.Command(Dialect.HoldersSql, Commands.Value(waiter), Commands.Value(TransactionBounds.Silence));
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        return await reader.ReadAsync(cancel).ConfigureAwait(false)
            ? (reader.GetInt32(0), reader.GetString(1), reader.GetBoolean(2))
            : null;
    }

    private async Task<int[]> FindFreeAsync(NpgsqlConnection connection, LockTable table, int[] shards, CancellationToken cancel)
    {
        var free = new List<int>();
        try
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.With(_bounds).With(
                $"select l.shard from {database.Schema}.{NameOf(table)} l where l.shard = any($1) for update skip locked",
                Commands.Value(shards));
            await using var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            await reader.NextResultAsync(cancel).ConfigureAwait(false);
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                free.Add(reader.GetInt32(0));
        }
        catch (PostgresException failure) when (Failures.IsLockTimeout(failure))
        {
            // The whole table is locked.
            await database.BeginAnewAsync(connection).ConfigureAwait(false);
        }
        return [.. free];
    }

    private async Task LockAsync(NpgsqlConnection connection, LockTable table, int shard, CancellationToken cancel)
    {
        await using var command = connection.Command(LockSql(table), Commands.Value(shard));
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    private string LockSql(LockTable table) => $"select l.shard from {database.Schema}.{NameOf(table)} l where l.shard = $1 for update";

    private static string NameOf(HeldLock held) => (held.ProcessId, held.Process) switch
    {
        (0, "") => "an unknown process",
        (0, var told) => told,
        var (process, told) => string.Create(CultureInfo.InvariantCulture, $"process {process} ({told})"),
    };

    private static string NameOf(LockTable table) => table switch
    {
        LockTable.Log => "shard_lock",
        LockTable.Owner => "shard_owner",
    };
}
