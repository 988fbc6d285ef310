namespace Herald.LocalServers.Brokers;

/// <summary>A Kafka of our own could not be made or started, or a program of it has failed; the message holds what it said.</summary>
public sealed class LocalKafkaException(string message) : Exception(message);
