using Herald.Hosting.Commands;
using Npgsql;

namespace Herald.Postgres.Migrations;

/// <summary>Brings a schema to the state that this program's files describe.</summary>
/// <remarks>
/// Every file is a step of its own (<see cref="MigrationTurn"/>). So any number of nodes can start at the same time, and a node that is
/// killed leaves a step complete or undone.
/// </remarks>
/// <param name="tell">Receives a sentence for each step.</param>
public sealed class MigrationRunner(
    NpgsqlDataSource database, MigrationSet set, MigrationOptions options, TimeProvider time, Action<string> tell)
{
    private readonly MigrationHistory _history = new(
        options.Validate() is { } problem ? throw MigrationException.Refused(problem) : options);
    private readonly MigrationTurn _turn = new(options, time, tell);

    /// <param name="to">The id to stop after; null for the newest.</param>
    /// <returns>What this call applied.</returns>
    /// <exception cref="MigrationException">Nothing more was applied: a rule is broken, a file failed, or another node took too
    /// long.</exception>
    public async Task<IReadOnlyList<MigrationStep>> UpAsync(int? to, CancellationToken cancel)
    {
        if (to is { } id && set.Find(id) is null)
            throw MigrationException.Refused($"Migration {id:0000} does not exist; the newest is {set.All[^1]}.");
        await using var connection = await database.OpenConnectionAsync(cancel);
        // Most starts have nothing to do, and then need neither the lock nor the right to create tables.
        if (await _history.ExistsAsync(connection, cancel))
        {
            if (Pending(await _history.ReadAsync(connection, cancel), to) is null)
                return [];
        }
        else
        {
            await _history.MakeAsync(connection, cancel);
        }
        var done = new List<MigrationStep>();
        Migration? tried = null;
        try
        {
            while (await _turn.TakeAsync(connection, history => tried = Pending(history, to), ApplyAsync, cancel) is { } applied)
                done.Add(Told("applied", applied));
            return done;
        }
        catch (MigrationException failure) when (failure.Fault == MigrationFault.Failed)
        {
            await RememberFailureAsync(connection, tried!, failure.Message, cancel);
            throw;
        }
    }

    /// <summary>Takes back the newest <paramref name="count"/> migrations, the newest first.</summary>
    /// <returns>What was taken back.</returns>
    /// <exception cref="MigrationException">Fewer are applied, one has no way back, a rule is broken, a file failed, or another node took
    /// too long.</exception>
    public async Task<IReadOnlyList<MigrationStep>> DownAsync(int count, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        await using var connection = await database.OpenConnectionAsync(cancel);
        var targets = Newest(await ReadAsync(connection, cancel), count);
        if (targets.Count < count)
            throw MigrationException.Refused(
                $"Schema {options.Schema}: only {targets.Count} migrations are applied, so {count} cannot be taken back.");
        if (targets.FirstOrDefault(migration => migration.Down is null) is { } stuck)
            throw MigrationException.Refused($"{stuck.DownFile} does not exist, so {stuck} cannot be taken back. Nothing was changed.");
        var done = new List<MigrationStep>();
        foreach (var target in targets)
        {
            var taken = await _turn.TakeAsync(
                connection, history => Newest(history, 1).FirstOrDefault() == target ? target : throw Overtaken(target), TakeBackAsync,
                cancel);
            done.Add(Told("took back", taken!));
        }
        return done;
    }

    /// <summary>Returns all migrations that the program or the database knows. Changes nothing.</summary>
    public async Task<IReadOnlyList<MigrationStatus>> StatusAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return MigrationJudge.Judge(set, await ReadAsync(connection, cancel));
    }

    /// <summary>Accepts files that were changed after they were applied, and removes the lines of failed tries. Runs no file.</summary>
    public async Task<IReadOnlyList<RepairedMigration>> RepairAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        var done = new List<RepairedMigration>();
        if (!await _history.ExistsAsync(connection, cancel))
            return done;
        while (await _turn.TakeAsync(connection, history => history.FirstOrDefault(NeedsRepair), RepairAsync, cancel) is { } repaired)
            done.Add(repaired);
        return done;
    }

    private async Task<MigrationStep> ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        await new MigrationScript(migration.UpFile, migration.Up, options.Schema).RunAsync(connection, cancel);
        var took = time.GetElapsedTime(began);
        await _history.AddAppliedAsync(connection, migration, took, cancel);
        return new(migration.Id, migration.Name, took);
    }

    private async Task<MigrationStep> TakeBackAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        await new MigrationScript(migration.DownFile, migration.Down!, options.Schema).RunAsync(connection, cancel);
        await _history.RemoveAsync(connection, migration.Id, cancel);
        return new(migration.Id, migration.Name, time.GetElapsedTime(began));
    }

    private async Task<RepairedMigration> RepairAsync(NpgsqlConnection connection, AppliedMigration line, CancellationToken cancel)
    {
        if (line.Error is not null)
        {
            await _history.RemoveAsync(connection, line.Id, cancel);
            return new(line.Id, line.Name, $"removed the record that it failed for {line.Who}");
        }
        var file = set.Find(line.Id)!;
        await _history.AcceptAsync(connection, file, cancel);
        return new(
            line.Id, file.Name,
            $"accepted the changed file: checksum {MigrationJudge.Short(line.Checksum)} is {MigrationJudge.Short(file.Checksum)} now");
    }

    /// <summary>
    /// Records a failure for the operator. If that fails, for example because the connection is lost, the original failure must still reach
    /// the caller.
    /// </summary>
    private async Task RememberFailureAsync(NpgsqlConnection connection, Migration migration, string error, CancellationToken cancel)
    {
        try
        {
            await _history.AddFailedAsync(connection, migration, error, cancel);
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException)
        {
            tell($"Schema {options.Schema}: the failure of {migration} could not be recorded in the history table: {failure.Message}");
        }
    }

    private MigrationStep Told(string what, MigrationStep step)
    {
        tell($"Schema {options.Schema}: {what} {step.Id:0000}-{step.Name} in {step.Took.TotalMilliseconds:0} ms.");
        return step;
    }

    private async Task<List<AppliedMigration>> ReadAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        await _history.ExistsAsync(connection, cancel) ? await _history.ReadAsync(connection, cancel) : [];

    private Migration? Pending(List<AppliedMigration> history, int? to)
    {
        var statuses = MigrationJudge.Judge(set, history);
        MigrationJudge.Refuse(statuses);
        return statuses
            .Where(status => status.State is MigrationState.Pending or MigrationState.Failed && status.Id <= (to ?? int.MaxValue))
            .Select(status => set.Find(status.Id))
            .FirstOrDefault(file => file is not null);
    }

    private List<Migration> Newest(List<AppliedMigration> history, int count)
    {
        var statuses = MigrationJudge.Judge(set, history);
        MigrationJudge.Refuse(statuses);
        return [.. statuses.Where(status => status.State == MigrationState.Applied).Reverse().Take(count).Select(status => set.Find(status.Id)!)];
    }

    private bool NeedsRepair(AppliedMigration line) =>
        line.Error is not null || set.Find(line.Id) is { } file && file.Checksum != line.Checksum;

    private static MigrationException Overtaken(Migration target) =>
        MigrationException.Refused(
            $"{target} is no longer the newest migration, because another node migrated at the same time. Check "
                + $"`{OwnCommand.With("migrate status")}`, then try again.");
}
