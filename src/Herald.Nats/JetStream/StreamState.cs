namespace Herald.Nats.JetStream;

/// <summary>What a stream has.</summary>
public sealed record StreamState
{
    /// <summary>Of the newest message that it ever had; 0 when there was none.</summary>
    public long LastSeq { get; set; }
}
