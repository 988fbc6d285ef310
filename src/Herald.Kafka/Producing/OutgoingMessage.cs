namespace Herald.Kafka.Producing;

/// <summary>A message to be sent.</summary>
public sealed record OutgoingMessage(byte[] Key, byte[] Value, IReadOnlyList<(string Name, byte[] Value)> Headers);
