namespace Herald.Nats.JetStream;

/// <summary>What has come is not what comes next in its stream.</summary>
public sealed class NatsGapException(string message) : NatsException(message);
