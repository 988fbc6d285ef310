namespace Herald.LocalServers.Brokers;

/// <summary>No NATS server is installed, or it failed. The message contains its output.</summary>
public sealed class LocalNatsException(string message) : Exception(message);
