using System.Text.Json;
using Herald.Cli.CommandLine;
using Herald.Cli.Serving;
using Xunit;

namespace Herald.EndToEnd.Orders;

/// <summary>The orders application with the handlers and the producer that come with it.</summary>
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
            Assert.Equal(0, await RunAsync(
                new StringWriter(), new StringWriter(), Cancel,
                "orders", "produce", "--server", $"{server.Address}", "--customers", $"{Customers}", "--open-orders", "5", "--rate", "0", "--events", $"{Events}"));

            // One more than there are customers: it stays idle.
            using var output = new Said();
            using var error = new Said();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var catching = RunAsync(
                output.Writer, error.Writer, stop.Token,
                "catcher", "--server", $"{server.Address}", "--count", $"{Customers + 1}", "--mode", "critical", "--latency", "1ms..5ms", "--print", "--json");
            await Wait.UntilAsync(() => catching.IsCompleted || Received(output) == Events, TimeSpan.FromSeconds(60), () => $"{Received(output)} received. {error.Text}", Cancel);
            await stop.CancelAsync();
            Assert.True(await catching == 0, error.Text);

            using var sums = JsonDocument.Parse(output.Text.TrimEnd().Split('\n')[^1]);
            Assert.Equal((0, 0), (sums.RootElement.GetProperty("violations").GetInt64(), sums.RootElement.GetProperty("refused").GetInt64()));
            Assert.Equal(Customers, error.Text.Split("has customer").Length - 1);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static Task<int> RunAsync(TextWriter output, TextWriter error, CancellationToken cancel, params string[] arguments) =>
        HeraldCommandLine.RunAsync(arguments, output, error, TimeProvider.System, cancel);

    /// <summary>Distinct events that were acknowledged.</summary>
    private static int Received(Said output) => output.Text.Split('\n').SkipLast(1)
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("headers").GetProperty("webhook-id").GetString()).Distinct().Count();

    /// <summary>What is printed, readable while others write.</summary>
    private sealed class Said : IDisposable
    {
        private readonly StringWriter _text = new();

        public Said() => Writer = TextWriter.Synchronized(_text);

        public TextWriter Writer { get; }

        public string Text
        {
            get
            {
                // What it locks, too.
                lock (Writer)
                    return _text.ToString();
            }
        }

        public void Dispose() => _text.Dispose();
    }
}
