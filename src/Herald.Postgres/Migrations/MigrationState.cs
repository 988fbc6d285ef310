namespace Herald.Postgres.Migrations;

/// <summary>The state of a migration. All states except the first three keep the program from starting.</summary>
public enum MigrationState
{
    Applied,
    Pending,

    /// <summary>The last try failed and was rolled back; the next try can succeed.</summary>
    Failed,

    /// <summary>Applied, but the file was different then.</summary>
    Changed,

    /// <summary>Not applied, although a migration with a higher id is.</summary>
    Late,

    /// <summary>Applied, but this program does not know it.</summary>
    Unknown,
}
