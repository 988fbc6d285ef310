using Herald.Nats.Clusters;
using Herald.Nats.Sources;

namespace Herald.Nats;

/// <summary>The options of NATS. Without clusters, the others have no effect.</summary>
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

    /// <summary>Files with the seed of a user's NKey, instead of users and passwords, by cluster. Default none.</summary>
    public ByCluster NKeyFiles { get; init; } = ByCluster.None;

    /// <summary>Credentials files (a JWT and the seed of its NKey), instead of users and passwords, by cluster. Default none.</summary>
    public ByCluster CredentialsFiles { get; init; } = ByCluster.None;

    /// <summary>Files with Herald's own certificate, in PEM, for servers that verify clients, by cluster. Default none.</summary>
    public ByCluster CertificateFiles { get; init; } = ByCluster.None;

    /// <summary>Files with the private keys of these certificates, in PEM, by cluster. Default none.</summary>
    public ByCluster CertificateKeyFiles { get; init; } = ByCluster.None;

    /// <summary>
    /// Files, in PEM, with the certificates that sign the servers' certificates, by cluster. Default those that the system trusts.
    /// </summary>
    public ByCluster CaFiles { get; init; } = ByCluster.None;

    /// <summary>Which NATS subjects become events of which Herald topic. Default none.</summary>
    public IReadOnlyList<SourceRoute> Sources { get; init; } = [];

    /// <summary>The group of sources that name no group. All nodes that share a store use the same one. Default <c>herald</c>.</summary>
    public string Group { get; init; } = "herald";

    /// <summary>Maximum messages of one append. Default 500; 1 to 10,000.</summary>
    public int BatchEvents { get; init; } = 500;

    /// <summary>How long a message waits for others that are appended with it. Default 50 ms; 0 to 10 s.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Bytes of one append; its last message can exceed them. Default 4 MiB; 1 KiB to 64 MiB.</summary>
    public int BatchBytes { get; init; } = 4 << 20;

    /// <summary>
    /// How long a stop, or a move to another node, waits until the messages that were read are durable. Default 10 s; 0 to 4 min.
    /// </summary>
    public TimeSpan Handover { get; init; } = TimeSpan.FromSeconds(10);
}
