using Herald.Brokers;
using Herald.Kafka.Clusters;
using Herald.TestKit.Kafka;

namespace Herald.Kafka.Tests.Clusters;

public sealed class ClientLibraryTests
{
    [Fact]
    public void The_library_that_is_loaded_lies_beside_the_program()
    {
        ClientLibrary.Require();
        Assert.StartsWith(AppContext.BaseDirectory, KafkaLibrary.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Kerberos_is_refused_by_name()
    {
        var cluster = new KafkaCluster(new("main", "127.0.0.1:1"), new Dictionary<string, string> { ["security.protocol"] = "SASL_PLAINTEXT", ["sasl.mechanism"] = "GSSAPI" });
        var refused = Assert.Throws<BrokerSetupException>(() =>
            new Kafka.Channels.KafkaChannel([cluster], TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance));
        Assert.Contains("GSSAPI", refused.Message, StringComparison.Ordinal);
    }
}
