using Herald.Nats.Clusters;
using Herald.Nats.Sources;

namespace Herald.Nats;

/// <summary>What a server is told about NATS. Nothing of it counts while there is no cluster.</summary>
public sealed record NatsOptions
{
    /// <summary>The clusters by name. Default none: NATS is not used.</summary>
    public IReadOnlyList<ClusterAddress> Clusters { get; init; } = [];

    /// <summary>Users by cluster. Default none.</summary>
    public ByCluster Users { get; init; } = ByCluster.None;

    /// <summary>Files with the users' passwords, by cluster. Default none.</summary>
    public ByCluster PasswordFiles { get; init; } = ByCluster.None;

    /// <summary>Files with tokens, instead of users and passwords, by cluster. Default none.</summary>
    public ByCluster TokenFiles { get; init; } = ByCluster.None;

    /// <summary>Files with the seed of an NKey, instead of these, by cluster. Default none.</summary>
    public ByCluster NKeyFiles { get; init; } = ByCluster.None;

    /// <summary>Credentials files (a JWT and the seed of its NKey), instead of these, by cluster. Default none.</summary>
    public ByCluster CredentialsFiles { get; init; } = ByCluster.None;

    /// <summary>Files with Herald's certificate, in PEM, which clusters may ask for, by cluster. Default none.</summary>
    public ByCluster CertificateFiles { get; init; } = ByCluster.None;

    /// <summary>Files with the private keys of these certificates, in PEM, by cluster. Default none.</summary>
    public ByCluster CertificateKeyFiles { get; init; } = ByCluster.None;

    /// <summary>Files with the certificates, in PEM, of those who may have signed a server's, by cluster. Default those that the system trusts.</summary>
    public ByCluster CaFiles { get; init; } = ByCluster.None;

    /// <summary>Which subjects of NATS come into which topic of Herald. Default none.</summary>
    public IReadOnlyList<SourceRoute> Sources { get; init; } = [];

    /// <summary>Of sources that name none of their own, shared by all nodes over one store. Default <c>herald</c>.</summary>
    public string Group { get; init; } = "herald";

    /// <summary>Messages of one append. Default 500; 1 to 10,000.</summary>
    public int BatchEvents { get; init; } = 500;

    /// <summary>How long a message waits for others to be appended with. Default 50 ms; 0 to 10 s.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Bytes of one append, but for its last message. Default 4 MiB; 1 KiB to 64 MiB.</summary>
    public int BatchBytes { get; init; } = 4 << 20;

    /// <summary>How long a stop, or another node that takes over, waits for what was read to be durable. Default 10 s; 0 to 4 min.</summary>
    public TimeSpan Handover { get; init; } = TimeSpan.FromSeconds(10);
}
