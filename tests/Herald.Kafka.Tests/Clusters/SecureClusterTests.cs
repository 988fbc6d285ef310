using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Herald.Contracts.Sources;
using Herald.Kafka.Clusters;
using Herald.Kafka.Producers;
using Herald.Kafka.Tests.Sources;
using Herald.TestKit.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Kafka.Tests.Clusters;

/// <summary>
/// A broker that accepts only TLS, and requires a name and a password. Both are features of librdkafka, set by its properties.
/// </summary>
public sealed class SecureClusterTests : IDisposable
{
    private const string User = "herald", Password = "open-sesame", StorePassword = "keystore";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("herald-tls-");

    private string KeyStore => Path.Combine(_folder.FullName, "broker.p12");
    private string Authority => Path.Combine(_folder.FullName, "ca.pem");

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_is_sent_over_TLS_with_a_password_is_read_over_TLS_with_a_password()
    {
        await using var broker = await StartAsync();
        var cluster = KafkaReading.Cluster(broker.Servers, Properties(Password));
        await using var topic = await OwnTopic.MakeAsync(cluster, "secret", 4);
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(broker.Servers, KafkaReading.Options(topic.Name, "herald"), Properties(Password));
        using var sender = new BatchSender(cluster, topic.Name, TimeSpan.FromSeconds(30), TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Null(await sender.WarmUpAsync(TimeSpan.FromSeconds(30), TestEnd));

        var sent = await sender.SendAsync([.. Enumerable.Range(1, 50).Select(n => new OutgoingMessage("key-0"u8.ToArray(), Encoding.ASCII.GetBytes($"{n}"), []))], TestEnd);

        Assert.Equal(new SentBatch(50, null), sent);
        await node.ReceivesAsync(50);
        node.AssertOnceInOrder(1, 50);
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_not_shown()
    {
        await using var broker = await StartAsync();
        var cluster = KafkaReading.Cluster(broker.Servers, Properties("guessed"));
        using var sender = new BatchSender(cluster, "secret", TimeSpan.FromSeconds(2), TimeProvider.System, NullLoggerFactory.Instance);
        var problem = await sender.WarmUpAsync(TimeSpan.FromSeconds(2), TestEnd);
        Assert.Contains(broker.Servers, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("guessed", problem, StringComparison.Ordinal);
    }

    private (string, string)[] Properties(string password) =>
    [
        ("security.protocol", "SASL_SSL"), ("sasl.mechanism", "PLAIN"), ("sasl.username", User), ("sasl.password", password), ("ssl.ca.location", Authority),
    ];

    private async Task<KafkaBroker> StartAsync()
    {
        WriteCertificate();
        return await KafkaBroker.StartAsync(
            ("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_SSL"),
            ("ssl.keystore.location", KeyStore), ("ssl.keystore.password", StorePassword), ("ssl.keystore.type", "PKCS12"),
            // The broker also connects to itself.
            ("ssl.truststore.type", "PEM"), ("ssl.truststore.location", Authority),
            ("sasl.enabled.mechanisms", "PLAIN"), ("sasl.mechanism.inter.broker.protocol", "PLAIN"),
            ("listener.name.plaintext.plain.sasl.jaas.config",
                $"org.apache.kafka.common.security.plain.PlainLoginModule required username=\"broker\" password=\"broker\" user_broker=\"broker\" user_{User}=\"{Password}\";"));
    }

    private void WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllBytes(KeyStore, certificate.Export(X509ContentType.Pkcs12, StorePassword));
        File.WriteAllText(Authority, certificate.ExportCertificatePem());
    }
}
