namespace Herald.LocalServers.Brokers;

/// <summary>There is no server of NATS here, or it does not do what it is there for; the message says what it said.</summary>
public sealed class LocalNatsException(string message) : Exception(message);
