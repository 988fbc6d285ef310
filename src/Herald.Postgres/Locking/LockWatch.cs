using System.Collections.Concurrent;
using System.Globalization;
using Herald.Engine.Stores;
using Herald.Postgres.Connecting;
using Npgsql;

namespace Herald.Postgres.Locking;

/// <summary>
/// Knows which shards somebody keeps locked, so that nobody waits for them again and again: work for such a shard is refused at once, and all
/// other work goes on without it. Whoever has waited in vain has it looked at here; from then on the row is tried, until it is free. It also finds
/// out which process of the database is to blame, and ends it when it is a node of Herald that is not heard any more.
/// </summary>
internal sealed class LockWatch(Database database, TimeProvider time)
{
    /// <summary>Between two rounds in which all rows that are known to be locked are tried.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<(LockTable Table, int Shard), HeldLock> _held = [];
    private readonly string _bounds = TransactionBounds.Sql(Patience);
    private int _running;

    /// <summary>By table and shard.</summary>
    public IReadOnlyList<HeldLock> Held => [.. _held.Values.OrderBy(one => one.Table).ThenBy(one => one.Shard)];

    public bool IsHeld(LockTable table, int shard) => !_held.IsEmpty && _held.ContainsKey((table, shard));

    public StoreUnavailableException Refuse(LockTable table, int shard) =>
        new(_held.TryGetValue((table, shard), out var held) ? Describe(held) : $"Shard {shard} was locked in the database for too long.");

    /// <summary>For people.</summary>
    public string Describe(HeldLock held) => string.Create(
        CultureInfo.InvariantCulture,
        $"Shard {held.Shard} is kept locked in the database ({NameOf(held.Table)}) by {NameOf(held)}.");

    /// <summary>Work that needs the rows of all these shards: not begun while one of them is known to be locked.</summary>
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

    /// <summary>To be called by who has waited in vain for one of these rows. What is found locked is watched from now on.</summary>
    public async Task LookAsync(LockTable table, IReadOnlyCollection<int> shards, CancellationToken cancel)
    {
        var suspects = shards.Distinct().Order().ToArray();
        var free = await database.RunVitalAsync((connection, either) => FindFreeAsync(connection, table, suspects, either), cancel).ConfigureAwait(false);
        foreach (var shard in suspects.Except(free))
        {
            // One that is only busy comes free in the time that is given to it here.
            if (await FindHolderAsync(new HeldLock(table, shard, 0, ""), cancel).ConfigureAwait(false) is { } held)
                _held.TryAdd((table, shard), held);
        }
        if (!_held.IsEmpty && Interlocked.Exchange(ref _running, 1) == 0)
            _ = Task.Run(RunAsync, CancellationToken.None);
    }

    // Who has waited in vain need not wait for the answer as well.
    private async void Suspect(LockTable table, IReadOnlyCollection<int> shards)
    {
        try
        {
            await LookAsync(table, shards, database.Closing).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever meets it next looks again.
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
                // The database is away, and all that waits with it. Locks do not outlive it.
                _held.Clear();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure)
            {
                // It must not end with shards that it calls locked.
                database.Notices.Failed("Locked shards could not be looked at; work for them is tried again.", failure);
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

    /// <summary>Tries for a moment to lock the row, and finds out meanwhile who holds it.</summary>
    /// <returns>Null when nobody keeps it: it is free, or a node of ours has it that waits for another row, and gives up soon.</returns>
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
                await Database.BeginAnewAsync(connection).ConfigureAwait(false);
            }
        },
        cancel).ConfigureAwait(false);

    /// <summary>Who holds what a process of the database waits for, as long as it does.</summary>
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
            // It is asked again with the next try.
        }
        return null;
    }

    private static async Task<(int Process, string Told, bool Waits)?> ReadHolderAsync(NpgsqlConnection connection, int waiter, CancellationToken cancel)
    {
        await using var command = connection.Command(Dialect.HoldersSql, Commands.Value(waiter), Commands.Value(TransactionBounds.Silence));
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        return await reader.ReadAsync(cancel).ConfigureAwait(false) ? (reader.GetInt32(0), reader.GetString(1), reader.GetBoolean(2)) : null;
    }

    private async Task<int[]> FindFreeAsync(NpgsqlConnection connection, LockTable table, int[] shards, CancellationToken cancel)
    {
        var free = new List<int>();
        try
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.With(_bounds).With($"select l.shard from {database.Schema}.{NameOf(table)} l where l.shard = any($1) for update skip locked", Commands.Value(shards));
            await using var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            await reader.NextResultAsync(cancel).ConfigureAwait(false);
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                free.Add(reader.GetInt32(0));
        }
        catch (PostgresException failure) when (Failures.IsLockTimeout(failure))
        {
            // The table as a whole.
            await Database.BeginAnewAsync(connection).ConfigureAwait(false);
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
        (0, "") => "a process that is not known yet",
        (0, var told) => told,
        var (process, told) => string.Create(CultureInfo.InvariantCulture, $"process {process} ({told})"),
    };

    private static string NameOf(LockTable table) => table switch
    {
        LockTable.Log => "shard_lock",
        LockTable.Owner => "shard_owner",
    };
}
