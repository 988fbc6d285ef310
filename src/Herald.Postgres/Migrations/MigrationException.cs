namespace Herald.Postgres.Migrations;

/// <summary>A migration was not done. The message names the file and says what to do.</summary>
public sealed class MigrationException(MigrationFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public MigrationFault Fault { get; } = fault;

    internal static MigrationException Refused(string message) => new(MigrationFault.Refused, message);
}
