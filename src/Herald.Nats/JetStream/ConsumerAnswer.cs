namespace Herald.Nats.JetStream;

public sealed record ConsumerAnswer : ApiAnswer
{
    public ConsumerConfig? Config { get; set; }

    /// <summary>Messages that it has still to deliver.</summary>
    public long NumPending { get; set; }

    /// <summary>Null when the server is alone.</summary>
    public ClusterAnswer? Cluster { get; set; }
}
