using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Herald.Nats.Clusters;

/// <summary>The clusters of a server, by name.</summary>
public sealed class NatsClusters
{
    private readonly Dictionary<string, NatsCluster> _byName;

    /// <exception cref="NatsSetupException">The clusters cannot be used with the present settings; the message says why.</exception>
    public NatsClusters(NatsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _byName = options.Clusters.ToDictionary(address => address.Name, address => Of(address, options), StringComparer.Ordinal);
    }

    public IReadOnlyCollection<NatsCluster> All => _byName.Values;

    public NatsCluster? Find(string name) => _byName.GetValueOrDefault(name);

    private static NatsCluster Of(ClusterAddress address, NatsOptions options)
    {
        var name = address.Name;
        var connection = new ConnectionOptions
        {
            Servers = ServerAddress.ParseAll(address.Servers) ?? throw new NatsSetupException($"nats.clusters: {ClusterAddress.Rule}"),
            User = options.Users.Find(name),
            Password = Secret("nats.passwordFiles", options.PasswordFiles.Find(name)),
            Token = Secret("nats.tokenFiles", options.TokenFiles.Find(name)),
            NKeyFile = Checked("nats.nkeyFiles", options.NKeyFiles.Find(name), file => CredentialFiles.ReadSeed(file)),
            CredentialsFile = Checked("nats.credentialsFiles", options.CredentialsFiles.Find(name), CredentialFiles.CheckCredentials),
            CaFile = Checked("nats.caFiles", options.CaFiles.Find(name), file => TrustedRoots.Read(file)),
            CertificateFile = options.CertificateFiles.Find(name),
            CertificateKeyFile = options.CertificateKeyFiles.Find(name),
        };
        CheckPair(name, "user", connection.User, "password", connection.Password, "nats.users and nats.passwordFiles");
        CheckPair(name, "certificate", connection.CertificateFile, "key of a certificate", connection.CertificateKeyFile, "nats.certificateFiles and nats.certificateKeyFiles");
        Checked("nats.certificateFiles", connection.CertificateFile, file => X509Certificate2.CreateFromPemFile(file, connection.CertificateKeyFile).Dispose());
        (string Name, string? Value)[] ways = [("a user", connection.User), ("a token", connection.Token), ("an NKey", connection.NKeyFile), ("a credentials file", connection.CredentialsFile)];
        return ways.Where(way => way.Value is not null).Select(way => way.Name).ToList() is [_, _, ..] several
            ? throw new NatsSetupException($"The cluster '{name}' has {string.Join(" and ", several)}: set only one of them.")
            : new NatsCluster(name, connection);
    }

    private static void CheckPair(string cluster, string one, string? first, string other, string? second, string settings)
    {
        if (first is null != second is null)
            throw new NatsSetupException($"The cluster '{cluster}' has a {(first is null ? other : one)} but no {(first is null ? one : other)}. Set both, with {settings}.");
    }

    private static string? Secret(string setting, string? file)
    {
        string? text = null;
        Checked(setting, file, path => text = File.ReadAllText(path).Trim() is { Length: > 0 } secret ? secret : throw new InvalidDataException($"The file '{path}' is empty."));
        return text;
    }

    private static string? Checked(string setting, string? file, Action<string> read)
    {
        try
        {
            if (file is not null)
                read(file);
            return file;
        }
        catch (InvalidDataException unfit)
        {
            throw new NatsSetupException($"{setting}: {unfit.Message}", unfit);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new NatsSetupException($"{setting}: the file '{file}' cannot be read ({failure.Message}).", failure);
        }
    }
}
