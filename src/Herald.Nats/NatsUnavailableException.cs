namespace Herald.Nats;

/// <summary>There is no connection, or it broke. The call may have taken effect, or not.</summary>
public sealed class NatsUnavailableException(string message, Exception? inner = null) : NatsException(message, inner);
