namespace Herald.Nats.JetStream;

public sealed record ConsumerRequest(string StreamName, ConsumerConfig Config);
