namespace Herald.Nats.Connecting;

/// <summary>How a cluster of NATS is reached.</summary>
public sealed record ConnectionOptions
{
    /// <summary>Servers of one cluster, at least one; those that it has besides are found out from it.</summary>
    public required IReadOnlyList<ServerAddress> Servers { get; init; }

    /// <summary>What servers show of this client. Default <c>herald</c>.</summary>
    public string Name { get; init; } = "herald";

    /// <summary>Default none.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Instead of user and password. Default none.</summary>
    public string? Token { get; init; }

    /// <summary>A file with the certificates, in PEM, of those who may have signed a server's. Default those that the system trusts.</summary>
    public string? CaFile { get; init; }

    /// <summary>From dialling until a server has taken the client. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A server that has said nothing for so long is asked; one that has still said nothing after as long again is given up. Default 5 s.</summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that wait to be sent; who publishes more waits. As many again are being sent. Default 4 MiB.</summary>
    public int OutgoingBytes { get; init; } = 4 << 20;

    // Secrets are shown to nobody.
    public override string ToString() => string.Join(',', Servers);
}
