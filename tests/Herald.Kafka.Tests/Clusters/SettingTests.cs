using Herald.Kafka.Clusters;
using Herald.Kafka.Sources;
using Herald.TestKit.Kafka;

namespace Herald.Kafka.Tests.Clusters;

public sealed class SettingTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Clusters_are_read_by_name()
    {
        var clusters = ClusterAddress.ParseAll(" main = a:1 , b:2 ; other-2=[::1]:9092;");
        Assert.Equal([new("main", "a:1,b:2"), new("other-2", "[::1]:9092")], clusters);
    }

    [Theory]
    [InlineData("")]
    [InlineData("main")]
    [InlineData("main=")]
    [InlineData("main=host")]
    [InlineData("main=host:0")]
    [InlineData("main=host:70000")]
    [InlineData("main=a:1,,b:2")]
    [InlineData("Main=a:1")]
    [InlineData("ma.in=a:1")]
    [InlineData("main-=a:1")]
    [InlineData("main=a:1;main=b:2")]
    public void What_is_no_list_of_clusters_is_refused(string text) => Assert.Null(ClusterAddress.ParseAll(text));

    [Fact]
    public void Sources_are_read_as_routes()
    {
        var sources = SourceRoute.ParseAll("main/a,b>events; other/a > more");
        Assert.Equal(["main/a,b>events", "other/a>more"], sources!.Select(s => s.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("main/a")]
    [InlineData("main>events")]
    [InlineData("main/a>")]
    [InlineData("main/>events")]
    [InlineData("main/ä>events")]
    [InlineData("main/a>x>y")]
    [InlineData("main/a>events;main/a>more")]
    public void What_is_no_list_of_sources_is_refused(string text) => Assert.Null(SourceRoute.ParseAll(text));

    [Fact]
    public void Properties_are_for_all_clusters_or_for_one_which_wins()
    {
        File.WriteAllText(_file, "# TLS\nsecurity.protocol = SSL\nmain.security.protocol=PLAINTEXT\n\nother.sasl.password=a=b\n");
        var properties = PropertiesFile.Read(_file, [new("main", "a:1"), new("other", "b:2")]);
        Assert.Equal(new Dictionary<string, string> { ["security.protocol"] = "PLAINTEXT" }, properties["main"]);
        Assert.Equal(new Dictionary<string, string> { ["security.protocol"] = "SSL", ["sasl.password"] = "a=b" }, properties["other"]);
    }

    [Theory]
    [InlineData("enable.auto.commit=true", "enable.auto.commit")]
    [InlineData("main.acks=1", "acks")]
    [InlineData("enable.idempotence=false", "enable.idempotence")]
    [InlineData("partition.assignment.strategy=range", "partition.assignment.strategy")]
    [InlineData("dotnet.producer.enable.delivery.reports=false", "dotnet.producer")]
    [InlineData("a=1\na=2", "line 2")]
    public void A_property_that_is_Heralds_own_or_there_twice_is_refused_by_name(string text, string named)
    {
        File.WriteAllText(_file, text);
        var refused = Assert.Throws<KafkaSetupException>(() => PropertiesFile.Read(_file, [new("main", "a:1")]));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Contains(_file, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_none_is_refused_without_showing_it()
    {
        File.WriteAllText(_file, "secret word");
        var refused = Assert.Throws<KafkaSetupException>(() => PropertiesFile.Read(_file, []));
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_property_that_librdkafka_does_not_take_is_told_and_secrets_are_not()
    {
        var cluster = new KafkaCluster(new("main", "127.0.0.1:1"), new Dictionary<string, string> { ["ssl.key.password"] = "word", ["security.protocol"] = "word" });
        var refused = Assert.Throws<KafkaSetupException>(() =>
            new Kafka.Channels.KafkaChannel([cluster], TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance));
        Assert.Contains("security.protocol", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word\"", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word", cluster.ToString(), StringComparison.Ordinal);
    }
}
