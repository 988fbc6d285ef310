namespace Herald.Webhooks;

/// <summary>
/// The endpoint had closed a connection that was used again, or said that it would. No byte of an answer to the request has arrived.
/// </summary>
internal sealed class StaleConnectionException(string reason, Exception? inner = null) : IOException(reason, inner);
