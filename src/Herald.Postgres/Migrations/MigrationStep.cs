namespace Herald.Postgres.Migrations;

/// <summary>A migration that this call applied or took back.</summary>
public sealed record MigrationStep(int Id, string Name, TimeSpan Took);
