namespace Herald.Nats;

/// <summary>The subject of a request has no subscriber. Nothing was done.</summary>
public sealed class NoRespondersException(string subject) : NatsException($"No subscriber answers requests on '{subject}'.")
{
    public string Subject { get; } = subject;
}
