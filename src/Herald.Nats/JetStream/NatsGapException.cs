namespace Herald.Nats.JetStream;

/// <summary>The message that came is not the next one of its stream.</summary>
public sealed class NatsGapException(string message) : NatsException(message);
