namespace Herald.Nats.JetStream;

/// <param name="Delay">In nanoseconds.</param>
internal sealed record NakRequest(long Delay);
