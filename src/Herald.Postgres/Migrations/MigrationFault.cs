namespace Herald.Postgres.Migrations;

/// <summary>Why a migration was not done.</summary>
public enum MigrationFault
{
    /// <summary>The files, the applied migrations or the request break a rule.</summary>
    Refused,

    /// <summary>The SQL of a file failed. Its changes were rolled back.</summary>
    Failed,

    /// <summary>Another node migrates, or a transaction holds what the migration changes, for longer than the configured wait.</summary>
    Busy,
}
