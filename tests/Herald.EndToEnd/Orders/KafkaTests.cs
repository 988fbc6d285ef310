using System.Text.Json;
using Herald.Lab.Processes;
using Herald.TestKit.Kafka;
using Xunit;

namespace Herald.EndToEnd.Orders;

/// <summary>The orders application with order changes from Kafka.</summary>
public sealed class KafkaTests
{
    private const int Customers = 2, Events = 400;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_change_in_Kafka_comes_to_the_handler_of_its_customer_in_order()
    {
        await using var broker = await KafkaBroker.StartAsync();
        var topic = await broker.CreateTopicAsync("changes");
        var data = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            string[] kafka = ["--kafka", broker.Servers, "--kafka-topic", topic];
            await using var server = await ServerProcess.StartAsync(
                ["--data", data.FullName, "--listen", "127.0.0.1:0", .. kafka], TimeProvider.System, Cancel, ServerProcess.Orders);
            var (output, error) = (new Said(), new Said());
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var catching = Said.RunAsync(
                output, error, stop.Token,
                "catcher", "--server", $"{server.Address}", "--count", $"{Customers}", "--print", "--json");

            var (sent, told) = (new Said(), new Said());
            Assert.True(
                await Said.RunAsync(sent, told, Cancel, ["orders", "produce", .. kafka, "--customers", $"{Customers}", "--open-orders", "5", "--rate", "0", "--events", $"{Events}", "--json"]) == 0,
                told.Text);
            using var produced = JsonDocument.Parse(sent.LastLine);
            Assert.Equal((Events, 0), (produced.RootElement.GetProperty("acknowledged").GetInt32(), produced.RootElement.GetProperty("failed").GetInt32()));

            await Wait.UntilAsync(
                () => catching.IsCompleted || output.Received == Events, TimeSpan.FromSeconds(60), () => $"{output.Received} received. {error.Text}\n{server.LastOutput}", Cancel);
            await stop.CancelAsync();
            Assert.True(await catching == 0, error.Text);
            using var sums = JsonDocument.Parse(output.LastLine);
            Assert.Equal((0, 0), (sums.RootElement.GetProperty("violations").GetInt64(), sums.RootElement.GetProperty("refused").GetInt64()));
            Assert.Equal(Customers, error.Text.Split("has customer").Length - 1);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }
}
