using System.Text.Json;
using Herald.Lab.Processes;
using Xunit;

namespace Herald.EndToEnd.Orders;

/// <summary>The orders application with the webhook handlers (catchers) and the producer of the laboratory.</summary>
public sealed class CatcherTests
{
    private const int Customers = 3, Events = 300;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Catchers_get_a_customer_each_and_everything_in_order_though_they_misbehave()
    {
        var data = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            await using var server = await ServerProcess.StartAsync(
                ["--data", data.FullName, "--listen", "127.0.0.1:0"], TimeProvider.System, Cancel, ServerProcess.Orders);
            Assert.Equal(0, await Said.RunAsync(
                new Said(), new Said(), Cancel,
                "orders", "produce", "--server", $"{server.Address}", "--customers", $"{Customers}", "--open-orders", "5", "--rate", "0", "--events", $"{Events}"));

            // There is one catcher more than customers. It stays idle.
            var (output, error) = (new Said(), new Said());
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var catching = Said.RunAsync(
                output, error, stop.Token,
                "catcher", "--server", $"{server.Address}", "--count", $"{Customers + 1}", "--mode", "critical", "--latency", "1ms..5ms", "--print", "--json");
            await Wait.UntilAsync(() => catching.IsCompleted || output.Received == Events, TimeSpan.FromSeconds(60), () => $"{output.Received} received. {error.Text}", Cancel);
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
