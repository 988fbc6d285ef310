namespace Herald.Postgres.Migrations;

/// <summary>A migration that was applied or taken back just now.</summary>
public sealed record MigrationStep(int Id, string Name, TimeSpan Took);
