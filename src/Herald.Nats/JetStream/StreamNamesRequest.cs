namespace Herald.Nats.JetStream;

public sealed record StreamNamesRequest(string Subject);
