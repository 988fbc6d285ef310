using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Herald.Brokers;
using Herald.Brokers.Clusters;
using Herald.Hosting.Certificates;
using Herald.Hosting.Text;

namespace Herald.Nats.Clusters;

/// <summary>The NATS clusters of a server, by name.</summary>
/// <exception cref="BrokerSetupException">The clusters cannot be used with the present settings; the message says why.</exception>
public sealed class NatsClusters(NatsOptions options) : NamedClusters<NatsClusterOptions, NatsCluster>(options.Clusters, Open)
{
    private static NatsCluster Open(string name, NatsClusterOptions options)
    {
        var setting = $"nats.clusters.{name}";
        var connection = new ConnectionOptions
        {
            Servers = ServerAddress.ParseAll(string.Join(',', options.Servers))
                ?? throw new BrokerSetupException($"{setting}.servers: {ServerAddress.Rule}"),
            User = options.User,
            Password = Secret($"{setting}.passwordFile", options.PasswordFile),
            Token = Secret($"{setting}.tokenFile", options.TokenFile),
            NKeyFile = Checked($"{setting}.nKeyFile", options.NKeyFile, file => CredentialFiles.ReadSeed(file)),
            CredentialsFile = Checked($"{setting}.credentialsFile", options.CredentialsFile, CredentialFiles.CheckCredentials),
            CaFile = Checked($"{setting}.caFile", options.CaFile, file => TrustedRoots.Read(file)),
            CertificateFile = options.CertificateFile,
            CertificateKeyFile = options.CertificateKeyFile,
        };
        CheckPair(name, "user", connection.User, "password", connection.Password, $"{setting}.user and {setting}.passwordFile");
        CheckPair(
            name, "certificate", connection.CertificateFile, "key of a certificate", connection.CertificateKeyFile,
            $"{setting}.certificateFile and {setting}.certificateKeyFile");
        Checked(
            $"{setting}.certificateFile", connection.CertificateFile,
            file => X509Certificate2.CreateFromPemFile(file, connection.CertificateKeyFile).Dispose());
        (string Name, string? Value)[] ways = [("a user", connection.User), ("a token", connection.Token), ("an NKey", connection.NKeyFile), ("a credentials file", connection.CredentialsFile)];
        return ways.Where(way => way.Value is not null).Select(way => way.Name).ToList() is [_, _, ..] several
            ? throw new BrokerSetupException($"The cluster '{name}' has {string.Join(" and ", several)}: set only one of them.")
            : new NatsCluster(name, connection);
    }

    private static void CheckPair(string cluster, string one, string? first, string other, string? second, string settings)
    {
        if (first is null != second is null)
            throw new BrokerSetupException(
                $"The cluster '{cluster}' has a {(first is null ? other : one)} but no "
                    + $"{(first is null ? one : other)}. Set both, with {settings}.");
    }

    private static string? Secret(string setting, string? file)
    {
        string? text = null;
        Checked(
            setting, file,
            path => text = File.ReadAllText(path).Trim() is { Length: > 0 } secret ? secret : throw new InvalidDataException(
                $"The file '{path}' is empty."));
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
            throw new BrokerSetupException($"{setting}: {unfit.Message}", unfit);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new BrokerSetupException($"{setting}: the file '{file}' cannot be read ({FileReason.Of(failure)}).", failure);
        }
    }
}
