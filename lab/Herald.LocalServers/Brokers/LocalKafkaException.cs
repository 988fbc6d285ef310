namespace Herald.LocalServers.Brokers;

/// <summary>A throw-away Kafka could not be created or started, or one of its programs failed. The message contains its output.</summary>
public sealed class LocalKafkaException(string message) : Exception(message);
