namespace Herald.Postgres;

/// <summary>The database cannot be used as it is; the message says why and what to do.</summary>
public sealed class PostgresStoreException(string message, Exception? inner = null) : Exception(message, inner);
