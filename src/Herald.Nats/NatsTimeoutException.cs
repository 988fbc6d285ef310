namespace Herald.Nats;

/// <summary>No answer in time. What was asked for may have been done, or not.</summary>
public sealed class NatsTimeoutException(string message) : NatsException(message);
