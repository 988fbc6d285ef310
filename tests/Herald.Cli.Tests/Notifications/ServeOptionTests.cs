using Xunit;

namespace Herald.Cli.Tests.Notifications;

public sealed class ServeOptionTests
{
    [Theory]
    [InlineData("--kafka nonsense", "--kafka", "nonsense")]
    [InlineData("--front", "--front", "disk")]
    [InlineData("--kafka-properties: give the address of Kafka with --kafka.", "--kafka-properties", "file")]
    [InlineData("--kafka sets kafka.clusters.main. Give either it or --set.", "--kafka", "127.0.0.1:1", "--set", "kafka.clusters.main.servers=b:1")]
    [InlineData("Give either it or notifications.kafkaCluster.", "--kafka", "127.0.0.1:1", "--set", "notifications.kafkaCluster=other")]
    public async Task What_cannot_be_meant_is_told_and_is_2(string told, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(["notifications", "serve", .. arguments]);
        Assert.Equal(2, run.Code);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
    }
}
