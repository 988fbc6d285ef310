namespace Herald.Nats.JetStream;

/// <summary>What is asked for at once.</summary>
public sealed record PullBounds
{
    public int Messages { get; init; } = 500;

    /// <summary>Of all messages together; one that is larger comes alone.</summary>
    public int Bytes { get; init; } = 4 << 20;

    /// <summary>How long the server waits for messages. Those that it has come at once.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often it says that it is there while it waits; after three times that it is given up. Less than half of <see cref="Expires"/>.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(2);
}
