namespace Herald.Nats.Clusters;

/// <summary>How a NATS cluster is reached.</summary>
public sealed record ConnectionOptions
{
    /// <summary>Servers of one cluster, at least one. They name the other servers of the cluster.</summary>
    public required IReadOnlyList<ServerAddress> Servers { get; init; }

    /// <summary>The name that servers show for this client. Default <c>herald</c>.</summary>
    public string Name { get; init; } = "herald";

    /// <summary>Default none.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>A token, instead of user and password. Default none.</summary>
    public string? Token { get; init; }

    /// <summary>A file with the seed of a user's NKey, instead of user and password. It is read at each connection. Default none.</summary>
    public string? NKeyFile { get; init; }

    /// <summary>
    /// A credentials file (a JWT and the seed of its NKey), instead of user and password. It is read at each connection. Default none.
    /// </summary>
    public string? CredentialsFile { get; init; }

    /// <summary>
    /// A file, in PEM, with the certificates that sign a server's certificate. Default those that the system trusts.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// A file with this client's certificate, in PEM; with <see cref="CertificateKeyFile"/>. The connection must then use TLS. Default
    /// none.
    /// </summary>
    public string? CertificateFile { get; init; }

    /// <summary>A file with the private key of the certificate, in PEM. Default none.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>The time from dialling until a server accepts the client. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a server is asked whether it still answers. Without an answer within the same time, the connection is closed. Default 5 s.
    /// </summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many bytes can wait to be sent; then publishers wait. Default 4 MiB.</summary>
    public int OutgoingBytes { get; init; } = 4 << 20;

    // Secrets are not shown.
    public override string ToString() => string.Join(',', Servers);
}
