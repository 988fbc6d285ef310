namespace Herald.Nats.JetStream;

/// <summary>What a server that is one of several says of who has a stream or a consumer.</summary>
public sealed record ClusterAnswer
{
    /// <summary>The server's name; none while the others have not agreed on one.</summary>
    public string? Leader { get; set; }
}
