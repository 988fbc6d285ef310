namespace Herald.Postgres.Migrations;

/// <param name="What">What was done, in words.</param>
public sealed record RepairedMigration(int Id, string Name, string What);
