namespace Herald.Nats;

/// <summary>Nobody listens to the subject of a request: it was not done.</summary>
public sealed class NoRespondersException(string subject) : NatsException($"Nobody answers requests on '{subject}'.")
{
    public string Subject { get; } = subject;
}
