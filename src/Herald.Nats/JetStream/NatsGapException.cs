namespace Herald.Nats.JetStream;

/// <summary>What has come is not what comes next in its stream.</summary>
internal sealed class NatsGapException(string message) : NatsException(message);
