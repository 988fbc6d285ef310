using Xunit;

namespace Herald.Cli.Tests.Orders;

public sealed class KafkaOptionTests
{
    [Theory]
    [InlineData("--kafka nonsense", "orders", "serve", "--kafka", "nonsense")]
    [InlineData("--kafka a:1;b=c:2", "orders", "serve", "--kafka", "a:1;b=c:2")]
    [InlineData("--kafka sets kafka.clusters.orders and kafka.sources.", "orders", "serve", "--kafka", "127.0.0.1:9092", "--set", "kafka.sources.0.topic=b")]
    [InlineData("--kafka-topic: give the address of Kafka with --kafka.", "orders", "serve", "--kafka-topic", "b")]
    public async Task What_cannot_be_meant_is_told_and_is_2(string told, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(arguments);
        Assert.Equal(2, run.Code);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
    }
}
