namespace Herald.Nats.Wire;

/// <summary>What a client says of itself.</summary>
public sealed record ConnectRequest
{
    public required string Name { get; init; }
    public string? User { get; init; }
    public string? Pass { get; init; }
    public string? AuthToken { get; init; }
    public bool TlsRequired { get; init; }
    public string Lang { get; init; } = "herald";
    public string Version { get; init; } = "1";

    /// <summary>1: it understands servers that tell of others later.</summary>
    public int Protocol { get; init; } = 1;

    public bool Verbose { get; init; }
    public bool Pedantic { get; init; }
    public bool Headers { get; init; } = true;
    public bool NoResponders { get; init; } = true;
}
