namespace Herald.Postgres.Migrations;

/// <summary>Where a <see cref="MigrationSet"/> is applied, and how long to wait for other nodes.</summary>
public sealed record MigrationOptions
{
    public const string DefaultSchema = "herald";
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(1);

    /// <summary>The schema that holds everything; it replaces <c>{schema}</c> in the files.</summary>
    public string Schema { get; init; } = DefaultSchema;

    /// <summary>The table with the applied migrations. A second set in the same schema needs another table.</summary>
    public string HistoryTable { get; init; } = "migration";

    /// <summary>How long to wait for another node that migrates. Default 1 minute.</summary>
    public TimeSpan Patience { get; init; } = DefaultPatience;

    /// <summary>The name that the history records for an applied file. Default: user and machine.</summary>
    public string Who { get; init; } = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>Returns what is wrong with the names, or null.</summary>
    public string? Validate() =>
        !SchemaName.IsValid(Schema) ? $"Schema '{Schema}': {SchemaName.Rule}."
        : !SchemaName.IsValid(HistoryTable) ? $"History table '{HistoryTable}': {SchemaName.Rule}."
        : null;
}
