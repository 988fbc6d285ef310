namespace Herald.Postgres.Migrations;

/// <summary>Why there was no migration.</summary>
public enum MigrationFault
{
    /// <summary>A rule is broken: by the files, by what is applied, or by what was asked for.</summary>
    Refused,

    /// <summary>The SQL of a file has failed. What it had done is undone.</summary>
    Failed,

    /// <summary>Another node migrates, or holds what is to be changed, for longer than is waited.</summary>
    Busy,
}
