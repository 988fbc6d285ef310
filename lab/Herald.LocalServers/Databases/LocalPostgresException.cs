namespace Herald.LocalServers.Databases;

/// <summary>A throw-away PostgreSQL could not be created, started or stopped. The message contains its output.</summary>
public sealed class LocalPostgresException(string message) : Exception(message);
