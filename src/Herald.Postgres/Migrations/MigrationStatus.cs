namespace Herald.Postgres.Migrations;

/// <param name="At">When it was applied, or tried last.</param>
/// <param name="Problem">What is wrong and what to do; null when nothing is.</param>
public sealed record MigrationStatus(
    int Id, string Name, MigrationState State, string? Who, DateTimeOffset? At, TimeSpan? Took, string? Problem)
{
    /// <summary>Whether <c>up</c> and the start of a server refuse to continue.</summary>
    public bool IsRefused => State is MigrationState.Changed or MigrationState.Late or MigrationState.Unknown;
}
