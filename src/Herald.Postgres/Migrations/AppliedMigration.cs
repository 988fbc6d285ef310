namespace Herald.Postgres.Migrations;

/// <summary>A line of the history.</summary>
/// <param name="Error">The error of the last try, which left nothing else behind. Null when the migration is applied.</param>
internal sealed record AppliedMigration(int Id, string Name, string Checksum, string Who, DateTimeOffset At, TimeSpan Took, string? Error)
{
    public override string ToString() => $"{Id:0000}-{Name}";
}
