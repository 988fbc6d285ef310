namespace Herald.Postgres.Migrations;

/// <summary>Where a <see cref="MigrationSet"/> is applied, and how long others are waited for.</summary>
public sealed record MigrationOptions
{
    public const string DefaultSchema = "herald";
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(1);

    /// <summary>Where everything is, and what <c>{schema}</c> in the files stands for.</summary>
    public string Schema { get; init; } = DefaultSchema;

    /// <summary>The table that remembers what is applied; a second set in the same schema needs another one.</summary>
    public string HistoryTable { get; init; } = "migration";

    /// <summary>How long another node that migrates is waited for.</summary>
    public TimeSpan Patience { get; init; } = DefaultPatience;

    /// <summary>Who is remembered to have applied a file.</summary>
    public string Who { get; init; } = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>What is wrong with the names, or null.</summary>
    public string? Validate() =>
        !SchemaName.IsValid(Schema) ? $"Schema '{Schema}': {SchemaName.Rule}."
        : !SchemaName.IsValid(HistoryTable) ? $"History table '{HistoryTable}': {SchemaName.Rule}."
        : null;
}
