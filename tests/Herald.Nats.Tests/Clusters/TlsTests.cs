using System.Security.Cryptography.X509Certificates;
using Herald.TestKit.Nats;
using Herald.TestKit.Receivers;
using Herald.TestKit.Time;

namespace Herald.Nats.Tests.Clusters;

public sealed class TlsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("herald-nats-tls-").FullName;
    private NatsServer _server = null!;

    private static CancellationToken End => TestConnection.End;

    private string CaFile => Path.Combine(_folder, "certificate.pem");

    public async ValueTask InitializeAsync()
    {
        using var certificate = TestCertificate.Create();
        var key = Path.Combine(_folder, "key.pem");
        await File.WriteAllTextAsync(CaFile, certificate.ExportCertificatePem(), End);
        await File.WriteAllTextAsync(key, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), End);
        _server = await NatsServer.StartAsync(jetStream: false, $"tls {{ cert_file: \"{CaFile}\", key_file: \"{key}\" }}");
    }

    [Theory]
    [InlineData("nats")]
    [InlineData("tls")]
    public async Task A_server_that_asks_for_it_is_secured_whatever_its_address_says(string scheme)
    {
        await using var connection = await TestConnection.OpenAsync(TestConnection.Options($"{scheme}://localhost:{_server.Port}") with { CaFile = CaFile });
        await using var subscription = connection.Subscribe("secured");
        await connection.PublishAsync(new("secured", new byte[200_000]), End);
        Assert.Equal(200_000, (await subscription.ReadAsync(End))!.Payload.Length);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_refused_and_told()
    {
        await using var connection = TestConnection.Begin(TestConnection.Options($"tls://localhost:{_server.Port}"));
        await Until.HoldsAsync(() => connection.Trouble?.Contains("certificate", StringComparison.OrdinalIgnoreCase) == true, "it is told");
        Assert.Equal(0, connection.Links);
    }

    [Fact]
    public async Task A_file_of_roots_that_cannot_be_read_is_named()
    {
        var missing = Path.Combine(_folder, "missing.pem");
        await using var connection = TestConnection.Begin(TestConnection.Options($"tls://localhost:{_server.Port}") with { CaFile = missing });
        await Until.HoldsAsync(() => connection.Trouble?.Contains(missing, StringComparison.Ordinal) == true, "it is told");
    }

    [Fact]
    public async Task Nothing_is_said_to_a_server_that_cannot_be_secured_but_should_be()
    {
        await using var plain = await NatsServer.StartAsync(jetStream: false);
        await using var connection = TestConnection.Begin(TestConnection.Options($"tls://localhost:{plain.Port}") with { User = "herald", Password = "s3cret" });
        await Until.HoldsAsync(() => connection.Trouble?.Contains("does not support TLS", StringComparison.Ordinal) == true, "it is told");
        Assert.Equal(0, connection.Links);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, true);
    }
}
