using Herald.Brokers;
using Herald.Kafka.Clusters;

namespace Herald.Kafka.Tests.Clusters;

public sealed class SettingTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("a:1", true)]
    [InlineData("[::1]:9092", true)]
    [InlineData("", false)]
    [InlineData("host", false)]
    [InlineData("host:0", false)]
    [InlineData("host:70000", false)]
    [InlineData("a:1,b:2", false)]
    [InlineData("a:1;b=c:2", false)]
    [InlineData("kafka://a:1", false)]
    public void A_server_has_a_host_and_a_port(string text, bool isOne) => Assert.Equal(isOne, ServerForm.Accepts(text));

    [Theory]
    [InlineData("orders.eu_1-a", true)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("ä", false)]
    [InlineData("a,b", false)]
    public void Names_of_topics_are_those_of_Kafka(string text, bool isOne) => Assert.Equal(isOne, TopicName.IsOne(text));

    [Fact]
    public void A_cluster_has_its_servers_and_the_properties_of_its_file()
    {
        File.WriteAllText(_file, "client.rack=eu\n");
        var clusters = new KafkaClusters(new KafkaOptions
        {
            Clusters = new Dictionary<string, KafkaClusterOptions>
            {
                ["main"] = new() { Servers = ["a:1", "b:2"], PropertiesFile = _file },
                ["other"] = new() { Servers = ["c:3"] },
            },
        });
        Assert.Equal(["main=a:1,b:2", "other=c:3"], clusters.All.Select(cluster => cluster.ToString()));
        Assert.Equal("eu", clusters.Find("main")!.Configure([], [])["client.rack"]);
        Assert.False(clusters.Find("other")!.Configure([], []).ContainsKey("client.rack"));
    }

    [Fact]
    public void Properties_are_lines_and_lines_that_begin_with_a_hash_are_none()
    {
        File.WriteAllText(_file, "# TLS\nsecurity.protocol = SSL\n\nsasl.password=a=b\n");
        Assert.Equal(new Dictionary<string, string> { ["security.protocol"] = "SSL", ["sasl.password"] = "a=b" }, PropertiesFile.Read(_file, "main"));
    }

    [Theory]
    [InlineData("enable.auto.commit=true", "enable.auto.commit")]
    [InlineData("acks=1", "acks")]
    [InlineData("enable.idempotence=false", "enable.idempotence")]
    [InlineData("partition.assignment.strategy=range", "partition.assignment.strategy")]
    [InlineData("dotnet.producer.enable.delivery.reports=false", "dotnet.producer")]
    [InlineData("a=1\na=2", "line 2")]
    public void A_property_that_is_Heralds_own_or_there_twice_is_refused_by_name(string text, string named)
    {
        File.WriteAllText(_file, text);
        var refused = Assert.Throws<BrokerSetupException>(() => PropertiesFile.Read(_file, "main"));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"kafka.clusters.main.propertiesFile = '{_file}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_none_is_refused_without_showing_it()
    {
        File.WriteAllText(_file, "secret word");
        var refused = Assert.Throws<BrokerSetupException>(() => PropertiesFile.Read(_file, "main"));
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_property_that_librdkafka_does_not_take_is_told_and_secrets_are_not()
    {
        var cluster = new KafkaCluster(new("main", "127.0.0.1:1"), new Dictionary<string, string> { ["ssl.key.password"] = "word", ["security.protocol"] = "word" });
        var refused = Assert.Throws<BrokerSetupException>(() =>
            new Kafka.Channels.KafkaChannel([cluster], TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance));
        Assert.Contains("security.protocol", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word\"", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word", cluster.ToString(), StringComparison.Ordinal);
    }
}
