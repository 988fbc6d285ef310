namespace Herald.Nats.JetStream;

/// <summary>Durations are nanoseconds.</summary>
public sealed record PullRequest(int Batch, long MaxBytes, long Expires, long IdleHeartbeat);
