namespace Herald.Nats.JetStream;

/// <summary>A durable consumer that is asked for messages, as it should be where there is none yet. It begins at the first message that is kept.</summary>
public sealed record ConsumerSpec(string Stream, string Name)
{
    /// <summary>Only messages to these; null for all of the stream.</summary>
    public string? FilterSubject { get; init; }

    /// <summary>A message that is not acknowledged within this time is delivered again.</summary>
    public TimeSpan AckWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>With so many that are not acknowledged nothing more is delivered.</summary>
    public int MaxAckPending { get; init; } = 10_000;
}
