using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Herald.Hosting.Commands;
using Herald.Lab.Orders;
using Xunit;

namespace Herald.Lab.Tests.Catchers;

public sealed partial class CatcherCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [GeneratedRegex("http://127.0.0.1:[0-9]+/hook")]
    private static partial Regex Address();

    [Fact]
    public async Task It_prints_what_it_gets_a_line_each_until_it_is_stopped()
    {
        await using var catcher = await Catcher.StartAsync("--print");
        Assert.Equal(204, await catcher.PostAsync("""{"n":1}""", id: "msg_1"));
        Assert.Equal(204, await catcher.PostAsync("text", id: "msg_2"));
        Assert.Equal(0, await catcher.StopAsync());
        Assert.Equal(["orders  key 17  sequence 5  attempt 2  msg_1  {\"n\":1}", "orders  key 17  sequence 5  attempt 2  msg_2  text"], catcher.Lines[..^1]);
        Assert.Equal("delivered 2, delayed 0, failed 0, refused 0, retries 2, duplicates 0, violations 0", catcher.Lines[^1]);
    }

    [Fact]
    public async Task For_machines_a_line_is_JSON_with_all_headers()
    {
        await using var catcher = await Catcher.StartAsync("--print", "--json");
        await catcher.PostAsync("""{"n":1}""", id: "msg_1");
        await catcher.StopAsync();
        using var line = JsonDocument.Parse(catcher.Lines[0]);
        Assert.Equal("""{"n":1}""", line.RootElement.GetProperty("body").GetString());
        Assert.Equal("msg_1", line.RootElement.GetProperty("headers").GetProperty("webhook-id").GetString());
    }

    [Fact]
    public async Task With_a_secret_a_false_signature_is_401_and_not_printed()
    {
        await using var catcher = await Catcher.StartAsync("--print", "--secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        Assert.Equal(401, await catcher.PostAsync("{}", id: "msg_1"));
        await catcher.StopAsync();
        Assert.Equal("delivered 0, delayed 0, failed 0, refused 1, retries 0, duplicates 0, violations 0", Assert.Single(catcher.Lines));
    }

    [Fact]
    public async Task It_misbehaves_as_it_is_told_and_says_in_which_mode()
    {
        await using (var failing = await Catcher.StartAsync("--mode", "hell", "--print"))
        {
            Assert.Equal(500, await failing.PostAsync("{}", id: "msg_1"));
            Assert.Equal("hell", failing.LastMode);
            await failing.StopAsync();
            Assert.Equal("delivered 0, delayed 0, failed 1, refused 0, retries 1, duplicates 0, violations 0", Assert.Single(failing.Lines));
        }
        await using var clean = await Catcher.StartAsync();
        Assert.Equal(204, await clean.PostAsync("{}", id: "msg_1"));
        Assert.Null(clean.LastMode);
    }

    [Fact]
    public async Task What_is_out_of_order_is_told_and_ends_it_with_1()
    {
        await using var catcher = await Catcher.StartAsync();
        var order = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
        foreach (var number in new[] { 0, 1, 3 })
            await catcher.PostAsync(Change(order, number), id: $"msg_{number}");
        Assert.Equal(1, await catcher.StopAsync());
        Assert.Contains($"Out of order: order {order}: expected 2, got 3.", catcher.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_metrics_are_at_its_own_address()
    {
        await using var catcher = await Catcher.StartAsync("--mode", "hell");
        await catcher.PostAsync(Change(Guid.CreateVersion7(DateTimeOffset.UnixEpoch), 0), id: "msg_1");
        var text = await catcher.GetMetricsAsync();
        Assert.Contains("catcher_receipts_total{catcher=\"1\",result=\"failed\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("catcher_retries_total{catcher=\"1\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("catcher_lag_seconds_bucket{catcher=\"1\",le=\"+Inf\"} 0\n", text, StringComparison.Ordinal);
    }

    private static string Change(Guid order, int number) =>
        Encoding.UTF8.GetString(new OrderMessage(Guid.CreateVersion7(DateTimeOffset.UnixEpoch), Guid.Empty, order, "state1", DateTime.UnixEpoch, number).ToJson());

    [Theory]
    [InlineData("--secret", "nonsense")]
    [InlineData("--mode", "purgatory")]
    [InlineData("--latency", "2s..1s")]
    [InlineData("--count", "0")]
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
        var run = await CommandRun.OfAsync("catcher", "--no-register", "--port", $"{port}");
        Assert.Equal(1, run.Code);
        Assert.Contains($"--port {port}:", run.Error, StringComparison.Ordinal);
    }

    /// <summary>The command, which runs until it is stopped.</summary>
    private sealed class Catcher : IAsyncDisposable
    {
        private static readonly HttpClient Client = new();
        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        private readonly StringWriter _out = new();
        private readonly FirstLine _error = new();
        private Task<int> _run = Task.FromResult(0);
        private Uri _endpoint = null!;

        public string[] Lines => _out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public string Errors => _error.ToString();

        /// <summary>The mode in the header of the last answer.</summary>
        public string? LastMode { get; private set; }

        public Task<string> GetMetricsAsync() => Client.GetStringAsync(new Uri(_endpoint, "/metrics"), Cancel);

        public static async Task<Catcher> StartAsync(params string[] arguments)
        {
            var catcher = new Catcher();
            catcher._run = CommandRoot.RunAsync(
                CommandRun.Commands(), ["catcher", "--no-register", "--port", "0", .. arguments], catcher._out, catcher._error, catcher._stop.Token);
            catcher._endpoint = new Uri(Address().Match(await catcher._error.Written.Task.WaitAsync(Cancel)).Value);
            return catcher;
        }

        public async Task<int> PostAsync(string body, string id)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new StringContent(body) };
            foreach (var (name, value) in new[] { ("webhook-id", id), ("herald-topic", "orders"), ("herald-key", "17"), ("herald-sequence", "5"), ("herald-attempt", "2") })
                request.Headers.Add(name, value);
            using var answer = await Client.SendAsync(request, Cancel);
            LastMode = answer.Headers.TryGetValues("mode", out var mode) ? mode.Single() : null;
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

    /// <summary>Signals the first line that is written.</summary>
    private sealed class FirstLine : StringWriter
    {
        public TaskCompletionSource<string> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            Written.TrySetResult(value ?? "");
        }
    }
}
