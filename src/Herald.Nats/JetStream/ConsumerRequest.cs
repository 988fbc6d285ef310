namespace Herald.Nats.JetStream;

internal sealed record ConsumerRequest(string StreamName, ConsumerConfig Config);
