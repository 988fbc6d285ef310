namespace Herald.Nats.JetStream;

public sealed record PublishAnswer : ApiAnswer
{
    public string? Stream { get; set; }
    public long Seq { get; set; }
    public bool Duplicate { get; set; }
}
