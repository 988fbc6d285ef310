namespace Herald.Nats.JetStream;

internal sealed record StreamNamesRequest(string Subject);
