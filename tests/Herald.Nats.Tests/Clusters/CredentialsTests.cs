using System.Security.Cryptography.X509Certificates;
using Herald.Brokers;
using Herald.Nats.Clusters;
using Herald.TestKit.Nats;
using Herald.TestKit.Receivers;
using Herald.TestKit.Time;
using NATS.NKeys;

namespace Herald.Nats.Tests.Clusters;

/// <summary>Clients that prove who they are by a key: an NKey, a JWT, or a certificate. Each is a setting of a cluster.</summary>
public sealed class CredentialsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("herald-nats-credentials-").FullName;

    private static CancellationToken End => TestConnection.End;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_NKey_opens_and_another_does_not()
    {
        var (known, stranger) = (KeyPair.CreatePair(PrefixByte.User), KeyPair.CreatePair(PrefixByte.User));
        await using var server = await NatsServer.StartAsync(jetStream: false, $"authorization {{ users: [ {{ nkey: {known.GetPublicKey()} }} ] }}");
        var file = await FileAsync("user.nk", $"# of a test\n{known.GetSeed()}\n");

        await using (var connection = Connect(server.Url, options => options with { NKeyFile = file }))
            await OpensAsync(connection);

        await FileAsync("user.nk", stranger.GetSeed());
        await using var refused = Connect(server.Url, options => options with { NKeyFile = file });
        await IsRefusedAsync(refused, "Authorization Violation");

        // The file is read at each attempt: nobody has to start Herald again.
        await FileAsync("user.nk", known.GetSeed());
        await OpensAsync(refused);
    }

    [Fact]
    public async Task A_credentials_file_opens_and_one_of_another_operator_does_not()
    {
        var (ours, theirs) = (new TestOperator(), new TestOperator());
        await using var server = await NatsServer.StartAsync(jetStream: false, ours.ServerSettings);
        var file = await FileAsync("user.creds", ours.NewCredentials());

        await using (var connection = Connect(server.Url, options => options with { CredentialsFile = file }))
            await OpensAsync(connection);

        await FileAsync("user.creds", theirs.NewCredentials());
        await using var refused = Connect(server.Url, options => options with { CredentialsFile = file });
        await IsRefusedAsync(refused, "Authorization Violation");
        await FileAsync("user.creds", ours.NewCredentials());
        await OpensAsync(refused);
    }

    [Fact]
    public async Task A_certificate_opens_and_without_one_there_is_no_connection()
    {
        var (serverCertificate, serverKey) = await CertificateAsync("server");
        var (certificate, key) = await CertificateAsync("client");
        await using var server = await NatsServer.StartAsync(
            jetStream: false, $"tls {{ cert_file: \"{serverCertificate}\", key_file: \"{serverKey}\", ca_file: \"{certificate}\", verify: true }}");
        var url = $"nats://localhost:{server.Port}";

        await using (var connection = Connect(url, options => options with { CaFile = serverCertificate, CertificateFile = certificate, CertificateKeyFile = key }))
            await OpensAsync(connection);

        await using var refused = Connect(url, options => options with { CaFile = serverCertificate });
        await Until.HoldsAsync(() => refused.Trouble?.Contains("localhost", StringComparison.Ordinal) == true, "it is told");
        Assert.Equal(0, refused.Links);
    }

    [Fact]
    public async Task A_client_with_a_certificate_says_nothing_to_a_server_without_TLS()
    {
        var (certificate, key) = await CertificateAsync("client");
        await using var server = await NatsServer.StartAsync(jetStream: false);
        await using var refused = Connect(server.Url, options => options with { CertificateFile = certificate, CertificateKeyFile = key });
        await IsRefusedAsync(refused, "TLS");
    }

    [Fact]
    public async Task What_cannot_be_used_is_told_at_the_start_with_its_setting()
    {
        var (certificate, key) = await CertificateAsync("client");
        var empty = await FileAsync("empty", "");
        var nkey = await FileAsync("nkey", KeyPair.CreatePair(PrefixByte.User).GetSeed());
        AssertRefused("nats.clusters.main.nKeyFile", options => options with { NKeyFile = empty });
        AssertRefused("nats.clusters.main.nKeyFile", options => options with { NKeyFile = "/nowhere/nkey" });
        AssertRefused("nats.clusters.main.credentialsFile", options => options with { CredentialsFile = nkey });
        AssertRefused("nats.clusters.main.certificateFile", options => options with { CertificateFile = empty, CertificateKeyFile = key });
        AssertRefused("a certificate but no key of a certificate", options => options with { CertificateFile = certificate });
        AssertRefused("a token and an NKey: set only one of them", options => options with { TokenFile = nkey, NKeyFile = nkey });
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, true);
        return ValueTask.CompletedTask;
    }

    private static NatsCluster Cluster(string url, Func<NatsClusterOptions, NatsClusterOptions> with) =>
        new NatsClusters(new NatsOptions
        {
            Clusters = new Dictionary<string, NatsClusterOptions> { ["main"] = with(new() { Servers = [url] }) },
        }).Find("main")!;

    private static ClusterConnection Connect(string url, Func<NatsClusterOptions, NatsClusterOptions> with) =>
        Cluster(url, with).Connect(TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    private static void AssertRefused(string told, Func<NatsClusterOptions, NatsClusterOptions> with) =>
        Assert.Contains(told, Assert.Throws<BrokerSetupException>(() => Cluster("nats://127.0.0.1:4222", with)).Message, StringComparison.Ordinal);

    private static async Task OpensAsync(ClusterConnection connection)
    {
        await connection.WhenConnectedAsync(End);
        await connection.PublishConfirmedAsync(new("opened", default), End);
    }

    private static async Task IsRefusedAsync(ClusterConnection connection, string told)
    {
        await Until.HoldsAsync(() => connection.Trouble?.Contains(told, StringComparison.OrdinalIgnoreCase) == true, "it is told");
        Assert.Equal(0, connection.Links);
    }

    private async Task<string> FileAsync(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(file, text, End);
        return file;
    }

    private async Task<(string Certificate, string Key)> CertificateAsync(string name)
    {
        using var certificate = TestCertificate.Create();
        return (await FileAsync($"{name}.pem", certificate.ExportCertificatePem()), await FileAsync($"{name}-key.pem", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
    }
}
