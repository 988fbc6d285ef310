namespace Herald.Nats;

/// <summary>There is no connection, or it broke. What was under way may have been done, or not.</summary>
public sealed class NatsUnavailableException(string message, Exception? inner = null) : NatsException(message, inner);
