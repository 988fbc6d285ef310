namespace Herald.Nats;

/// <summary>Something with NATS has failed that was asked for; the kinds of it say what follows.</summary>
public abstract class NatsException(string message, Exception? inner = null) : Exception(message, inner);
