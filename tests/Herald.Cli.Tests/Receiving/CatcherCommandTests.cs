using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Herald.Cli.CommandLine;
using Xunit;

namespace Herald.Cli.Tests.Receiving;

public sealed partial class CatcherCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [GeneratedRegex("http://127.0.0.1:[0-9]+/hook")]
    private static partial Regex Address();

    [Fact]
    public async Task It_prints_what_it_gets_a_line_each_until_it_is_stopped()
    {
        await using var catcher = await Catcher.StartAsync();
        Assert.Equal(204, await catcher.PostAsync("""{"n":1}""", id: "msg_1"));
        Assert.Equal(204, await catcher.PostAsync("text", id: "msg_2"));
        Assert.Equal(0, await catcher.StopAsync());
        Assert.Equal(["orders  key 17  sequence 5  attempt 2  msg_1  {\"n\":1}", "orders  key 17  sequence 5  attempt 2  msg_2  text"], catcher.Lines);
    }

    [Fact]
    public async Task For_machines_a_line_is_JSON_with_all_headers()
    {
        await using var catcher = await Catcher.StartAsync("--json");
        await catcher.PostAsync("""{"n":1}""", id: "msg_1");
        await catcher.StopAsync();
        using var line = JsonDocument.Parse(Assert.Single(catcher.Lines));
        Assert.Equal("""{"n":1}""", line.RootElement.GetProperty("body").GetString());
        Assert.Equal("msg_1", line.RootElement.GetProperty("headers").GetProperty("webhook-id").GetString());
    }

    [Fact]
    public async Task With_a_secret_a_false_signature_is_401_and_not_printed()
    {
        await using var catcher = await Catcher.StartAsync("--secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        Assert.Equal(401, await catcher.PostAsync("{}", id: "msg_1"));
        await catcher.StopAsync();
        Assert.Empty(catcher.Lines);
    }

    [Fact]
    public async Task It_fails_and_is_slow_as_it_is_told()
    {
        await using (var failing = await Catcher.StartAsync("--fail", "1"))
            Assert.Equal(500, await failing.PostAsync("{}", id: "msg_1"));
        await using var slow = await Catcher.StartAsync("--slow", "1ms");
        Assert.Equal(204, await slow.PostAsync("{}", id: "msg_1"));
    }

    [Theory]
    [InlineData("--secret", "nonsense")]
    [InlineData("--fail", "2")]
    public async Task A_wrong_option_is_told_and_is_2(string option, string value)
    {
        var run = await CommandRun.OfAsync("catcher", option, value);
        Assert.Equal(2, run.Code);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var run = await CommandRun.OfAsync("catcher", "--port", $"{port}");
        Assert.Equal(1, run.Code);
        Assert.Contains($"--port {port}:", run.Error, StringComparison.Ordinal);
    }

    /// <summary>The command, running until it is stopped.</summary>
    private sealed class Catcher : IAsyncDisposable
    {
        private static readonly HttpClient Client = new();
        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        private readonly StringWriter _out = new();
        private readonly FirstLine _error = new();
        private Task<int> _run = Task.FromResult(0);
        private Uri _endpoint = null!;

        public string[] Lines => _out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public static async Task<Catcher> StartAsync(params string[] arguments)
        {
            var catcher = new Catcher();
            catcher._run = HeraldCommandLine.RunAsync(
                ["catcher", "--port", "0", .. arguments], catcher._out, catcher._error, TimeProvider.System, catcher._stop.Token);
            catcher._endpoint = new Uri(Address().Match(await catcher._error.Written.Task.WaitAsync(Cancel)).Value);
            return catcher;
        }

        public async Task<int> PostAsync(string body, string id)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new StringContent(body) };
            foreach (var (name, value) in new[] { ("webhook-id", id), ("herald-topic", "orders"), ("herald-key", "17"), ("herald-sequence", "5"), ("herald-attempt", "2") })
                request.Headers.Add(name, value);
            using var answer = await Client.SendAsync(request, Cancel);
            return (int)answer.StatusCode;
        }

        public async Task<int> StopAsync()
        {
            await _stop.CancelAsync();
            return await _run;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
        }
    }

    /// <summary>Tells of the first line that is written.</summary>
    private sealed class FirstLine : StringWriter
    {
        public TaskCompletionSource<string> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => Written.TrySetResult(value ?? "");
    }
}
