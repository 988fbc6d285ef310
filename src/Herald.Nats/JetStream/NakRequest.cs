namespace Herald.Nats.JetStream;

/// <param name="Delay">In nanoseconds.</param>
public sealed record NakRequest(long Delay);
