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
                $"{migration.UpFile} has been changed since {line.Who} applied it: its checksum was {Short(line.Checksum)} and is {Short(migration.Checksum)} now. "
                + "Restore the file and write a new one for the change; or, if both do the same, accept it with `herald migrate repair`."),
            _ when migration.Id < newestApplied => (MigrationState.Late,
                $"{migration.UpFile} is not applied, and {newestApplied:0000} is: a new migration needs a higher id than all that are applied."),
            { Error: { } error } => (MigrationState.Failed, error),
            null => (MigrationState.Pending, null as string),
        };
        return new(migration.Id, migration.Name, state, line?.Who, line?.At, line?.Took, problem);
    }

    private static MigrationStatus Unknown(AppliedMigration line, int newestKnown) =>
        line.Error is not null
            ? new(line.Id, line.Name, MigrationState.Failed, line.Who, line.At, line.Took, line.Error)
            : new(line.Id, line.Name, MigrationState.Unknown, line.Who, line.At, line.Took, line.Id > newestKnown
                ? $"{line} is applied, and the newest migration this program knows is {newestKnown:0000}: the database is newer than the program. "
                    + "Run the newer program, or use it to go back with `herald migrate down`."
                : $"{line} is applied, and this program has no such file: the database was made by another program, or the file was removed. Restore it.");
}
