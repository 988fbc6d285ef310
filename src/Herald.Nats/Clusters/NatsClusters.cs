using Herald.Nats.Connecting;

namespace Herald.Nats.Clusters;

/// <summary>The clusters of a server, by name.</summary>
public sealed class NatsClusters
{
    private readonly Dictionary<string, NatsCluster> _byName;

    /// <exception cref="NatsSetupException">They cannot be used as they are set; the message says why.</exception>
    public NatsClusters(NatsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _byName = options.Clusters.ToDictionary(address => address.Name, address => Of(address, options), StringComparer.Ordinal);
    }

    public IReadOnlyCollection<NatsCluster> All => _byName.Values;

    public NatsCluster? Find(string name) => _byName.GetValueOrDefault(name);

    private static NatsCluster Of(ClusterAddress address, NatsOptions options)
    {
        var (name, user, token) = (address.Name, options.Users.Find(address.Name), Read("nats.tokenFiles", options.TokenFiles.Find(address.Name)));
        var password = Read("nats.passwordFiles", options.PasswordFiles.Find(name));
        if (user is null != password is null)
            throw new NatsSetupException($"The cluster '{name}' has {(user is null ? "a password and no user" : "a user and no password")}: set both, with nats.users and nats.passwordFiles.");
        if (user is not null && token is not null)
            throw new NatsSetupException($"The cluster '{name}' has a user and a token: set one of them.");
        var servers = ServerAddress.ParseAll(address.Servers) ?? throw new NatsSetupException($"nats.clusters: {ClusterAddress.Rule}");
        if (options.CaFiles.Find(name) is { } file)
            Read("nats.caFiles", file);
        return new NatsCluster(name, new ConnectionOptions { Servers = servers, User = user, Password = password, Token = token, CaFile = options.CaFiles.Find(name) });
    }

    private static string? Read(string setting, string? file)
    {
        if (file is null)
            return null;
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } text ? text : throw new NatsSetupException($"{setting}: the file '{file}' is empty.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new NatsSetupException($"{setting}: the file '{file}' cannot be read ({failure.Message}).", failure);
        }
    }
}
