namespace Herald.Postgres.Migrations;

/// <summary>How a migration stands. All but the first three keep the program from starting.</summary>
public enum MigrationState
{
    Applied,
    Pending,

    /// <summary>The last try has failed and was undone; the next one may do better.</summary>
    Failed,

    /// <summary>Applied from a file that was another one then.</summary>
    Changed,

    /// <summary>Not applied, and a higher one is.</summary>
    Late,

    /// <summary>Applied, and this program does not know it.</summary>
    Unknown,
}
