namespace Herald.Client;

/// <summary>The customer that a handler has been given.</summary>
public sealed record HandlerRegistration
{
    public required Guid CustomerId { get; init; }

    /// <summary>Names this registration in heartbeats.</summary>
    public required long Epoch { get; init; }

    /// <summary>A heartbeat is due every quarter of it.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>Signs what the handler receives.</summary>
    public required string Secret { get; init; }
}

internal sealed record HeartbeatBody(long Epoch);
