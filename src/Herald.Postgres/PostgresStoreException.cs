namespace Herald.Postgres;

/// <summary>Herald cannot use the database as it is. The message says why and what to do.</summary>
public sealed class PostgresStoreException(string message, Exception? inner = null) : Exception(message, inner);
