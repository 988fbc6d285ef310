namespace Herald.Nats.JetStream;

/// <summary>A stream as JetStream writes it down. Durations are nanoseconds.</summary>
public sealed record StreamConfig
{
    public string Name { get; set; } = "";
    public IReadOnlyList<string>? Subjects { get; set; }
    public string Storage { get; set; } = "file";
    public string Retention { get; set; } = "limits";
    public string Discard { get; set; } = "old";
    public int NumReplicas { get; set; } = 1;
    public long DuplicateWindow { get; set; }
}
