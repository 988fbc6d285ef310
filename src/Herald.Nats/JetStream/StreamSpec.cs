namespace Herald.Nats.JetStream;

/// <summary>A stream as it should be, where there is none yet.</summary>
public sealed record StreamSpec(string Name, IReadOnlyList<string> Subjects)
{
    public int Replicas { get; init; } = 1;

    /// <summary>A message whose id came so short a time ago is not stored again.</summary>
    public TimeSpan DuplicateWindow { get; init; } = TimeSpan.FromMinutes(2);
}
