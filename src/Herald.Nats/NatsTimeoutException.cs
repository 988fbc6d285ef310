namespace Herald.Nats;

/// <summary>There was no answer in time. The call may have taken effect, or not.</summary>
public sealed class NatsTimeoutException(string message) : NatsException(message);
