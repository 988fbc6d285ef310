namespace Herald.Nats.JetStream;

public sealed record StreamNamesAnswer : ApiAnswer
{
    /// <summary>Null, too, when there are none.</summary>
    public IReadOnlyList<string>? Streams { get; set; }
}
