namespace Herald.Nats.JetStream;

/// <summary>A stream to create.</summary>
public sealed record StreamSpec(string Name, IReadOnlyList<string> Subjects)
{
    public int Replicas { get; init; } = 1;

    /// <summary>How long the stream remembers the ids of messages. It does not store a repeated message within this time.</summary>
    public TimeSpan DuplicateWindow { get; init; } = TimeSpan.FromMinutes(2);
}
