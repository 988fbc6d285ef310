namespace Herald.Nats.JetStream;

public sealed record StreamAnswer : ApiAnswer
{
    public StreamConfig? Config { get; set; }

    /// <summary>When it was made, as the server writes times: a stream that is deleted and made again is another one.</summary>
    public string Created { get; set; } = "";

    public StreamState State { get; set; } = new();

    /// <summary>Null when the server is alone.</summary>
    public ClusterAnswer? Cluster { get; set; }
}
