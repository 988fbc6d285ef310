namespace Herald.Nats.JetStream;

internal sealed record PublishAnswer : ApiAnswer
{
    public string? Stream { get; set; }
    public long Seq { get; set; }
    public bool Duplicate { get; set; }
}
