using Xunit;

namespace Herald.Lab.Tests.Orders;

public sealed class KafkaOptionTests
{
    [Theory]
    [InlineData("--kafka-topic one,two", "orders", "produce", "--kafka", "127.0.0.1:9092", "--kafka-topic", "one,two")]
    [InlineData("with --kafka", "orders", "produce", "--kafka-topic", "events")]
    [InlineData("--via kafka", "scenario", "unaffected", "--kafka", "127.0.0.1:9092")]
    public async Task What_cannot_be_meant_is_told_and_is_2(string told, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(arguments);
        Assert.Equal(2, run.Code);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_properties_that_is_not_there_is_told()
    {
        var run = await CommandRun.OfAsync("orders", "produce", "--kafka", "127.0.0.1:9092", "--kafka-properties", "/nowhere/kafka.properties");
        Assert.Equal(1, run.Code);
        Assert.Contains("/nowhere/kafka.properties", run.Error, StringComparison.Ordinal);
    }
}
