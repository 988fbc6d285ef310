using Herald.Hosting.Commands;

namespace Herald.Postgres.Migrations;

/// <summary>
/// Compares the files of the program with the history of the database. Contains the rules, and does not access the database.
/// </summary>
internal static class MigrationJudge
{
    private const int ShownOfChecksum = 12;

    public static IReadOnlyList<MigrationStatus> Judge(MigrationSet set, IReadOnlyCollection<AppliedMigration> history)
    {
        var byId = history.ToDictionary(applied => applied.Id);
        var newestApplied = history.Where(applied => applied.Error is null).Select(applied => applied.Id).DefaultIfEmpty().Max();
        var newestKnown = set.All[^1].Id;
        return
        [
            .. set.All.Select(migration => Known(migration, byId.GetValueOrDefault(migration.Id), newestApplied))
                .Concat(history.Where(applied => set.Find(applied.Id) is null).Select(applied => Unknown(applied, newestKnown)))
                .OrderBy(status => status.Id),
        ];
    }

    /// <exception cref="MigrationException">A rule is broken.</exception>
    public static void Refuse(IEnumerable<MigrationStatus> statuses)
    {
        var problems = statuses.Where(status => status.IsRefused).Select(status => status.Problem).ToList();
        if (problems.Count > 0)
            throw MigrationException.Refused(string.Join(Environment.NewLine, problems));
    }

    public static string Short(string checksum) => checksum[..Math.Min(ShownOfChecksum, checksum.Length)];

    private static MigrationStatus Known(Migration migration, AppliedMigration? line, int newestApplied)
    {
        var (state, problem) = line switch
        {
            { Error: null } when line.Checksum == migration.Checksum => (MigrationState.Applied, null),
            { Error: null } => (MigrationState.Changed,
                $"{migration.UpFile} was changed after {line.Who} applied it: its checksum was {Short(line.Checksum)} and is now {Short(migration.Checksum)}. "
                + "Restore the file, and write a new migration for the change. "
                + $"If both files do the same, accept the new one with `{OwnCommand.With("migrate repair")}`."),
            _ when migration.Id < newestApplied => (MigrationState.Late,
                $"{migration.UpFile} is not applied, but {newestApplied:0000} is. A new migration "
                    + "needs a higher id than all applied ones."),
            { Error: { } error } => (MigrationState.Failed, error),
            null => (MigrationState.Pending, null as string),
        };
        return new(migration.Id, migration.Name, state, line?.Who, line?.At, line?.Took, problem);
    }

    private static MigrationStatus Unknown(AppliedMigration line, int newestKnown) =>
        line.Error is not null
            ? new(line.Id, line.Name, MigrationState.Failed, line.Who, line.At, line.Took, line.Error)
            : new(line.Id, line.Name, MigrationState.Unknown, line.Who, line.At, line.Took, line.Id > newestKnown
                ? $"{line} is applied, but the newest migration of this program is {newestKnown:0000}. The database is newer than the program. "
                    + $"Run the newer program, or use the newer program to go back with `{OwnCommand.With("migrate down")}`."
                : $"{line} is applied, but this program does not have its file. Another program created the database, "
                    + "or the file was removed. Restore the file.");
}
