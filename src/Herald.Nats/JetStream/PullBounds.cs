namespace Herald.Nats.JetStream;

/// <summary>How much one request asks for.</summary>
public sealed record PullBounds
{
    public int Messages { get; init; } = 500;

    /// <summary>The bytes of all messages together; a larger message comes alone.</summary>
    public int Bytes { get; init; } = 4 << 20;

    /// <summary>How long the server waits for messages. It sends those that it has at once.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often the server reports while it waits. After three times as long without a report, the reading ends. Less than half of
    /// <see cref="Expires"/>.
    /// </summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(2);
}
