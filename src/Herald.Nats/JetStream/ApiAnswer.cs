namespace Herald.Nats.JetStream;

/// <summary>What every answer of JetStream has. Of the rest, only what is read here is named. (The reader of JSON keeps a default only where it may set the property later.)</summary>
public abstract record ApiAnswer
{
    /// <summary>Null when it was done.</summary>
    public ApiError? Error { get; set; }
}
