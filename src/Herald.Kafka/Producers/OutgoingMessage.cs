namespace Herald.Kafka.Producers;

/// <summary>A message to send.</summary>
public sealed record OutgoingMessage(byte[] Key, byte[] Value, IReadOnlyList<(string Name, byte[] Value)> Headers);
