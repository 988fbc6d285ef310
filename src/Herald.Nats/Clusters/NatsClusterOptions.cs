using Herald.Engine.Basics;

namespace Herald.Nats.Clusters;

/// <summary>The options of one cluster. It has at most one of user, token, NKey and credentials.</summary>
public sealed record NatsClusterOptions
{
    private const string AnyFile = "A file, or none.";

    [SettingText<ServerAddress>("Servers of the cluster; further ones are found through them.", IsRequired = true)]
    public IReadOnlyList<string> Servers { get; init; } = [];

    [Setting("The user that connects; needs a password.", None = "none")]
    public string? User { get; init; }

    [Setting("A file with the password of the user.", None = "none", Rule = AnyFile)]
    public string? PasswordFile { get; init; }

    [Setting("A file with a token, instead of a user and a password.", None = "none", Rule = AnyFile)]
    public string? TokenFile { get; init; }

    [Setting("A file with the seed of a user's NKey, instead of a user and a password.", None = "none", Rule = AnyFile)]
    public string? NKeyFile { get; init; }

    [Setting(
        "A credentials file, with a user's JWT and the seed of its NKey, instead of a user and a password.",
        None = "none", Rule = AnyFile)]
    public string? CredentialsFile { get; init; }

    [Setting("A file, in PEM, with Herald's own certificate, for servers that verify clients.", None = "none", Rule = AnyFile)]
    public string? CertificateFile { get; init; }

    [Setting("A file, in PEM, with the private key of this certificate.", None = "none", Rule = AnyFile)]
    public string? CertificateKeyFile { get; init; }

    [Setting(
        "A file, in PEM, with the certificates that sign the servers' certificates, instead of those that the system trusts.",
        None = "none", Rule = AnyFile)]
    public string? CaFile { get; init; }
}
