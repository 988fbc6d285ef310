namespace Herald.LocalServers.Databases;

/// <summary>A PostgreSQL of our own could not be made, started or stopped; the message holds what it said.</summary>
public sealed class LocalPostgresException(string message) : Exception(message);
