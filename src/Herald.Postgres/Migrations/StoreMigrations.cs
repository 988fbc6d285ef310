namespace Herald.Postgres.Migrations;

/// <summary>The migrations of Herald's own store.</summary>
public static class StoreMigrations
{
    public static MigrationSet Load() => MigrationSet.FromResources(typeof(StoreMigrations).Assembly, "Schema");
}
