using System.Net;
using System.Net.Sockets;
using Herald.Cli.CommandLine;
using Herald.Hosting.Commands;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests.CommandLine;

/// <summary>What went wrong is told once, in the words of the command.</summary>
public sealed class RefusalTests
{
    private const string NoTopic = """{"code":"topic-not-found","detail":"There is no topic 'ordes'. Create it with PUT /v1/topics/ordes."}""";
    private const string NoSubscription = """{"code":"subscription-not-found","detail":"There is no subscription 'acne'."}""";
    private const string NoToken = """{"code":"unauthorized","detail":"Send the header 'Authorization: Bearer <token>'."}""";

    [Theory]
    [InlineData(NoTopic, "There is no topic 'ordes'. Did you mean orders? Or create it with: herald topics create ordes", "publish", "ordes", "1")]
    [InlineData(NoTopic, "There is no topic 'ordes'. Did you mean orders?", "topics", "get", "ordes")]
    [InlineData("""{"code":"topic-not-found","detail":"There is no topic 'shop 1'."}""",
        "There is no topic 'shop 1'. Create it with: herald topics create 'shop 1'", "tail", "shop 1")]
    [InlineData("""{"code":"topic-not-found","detail":"There is no topic 'shop'."}""",
        "There is no topic 'shop'. `herald topics list` shows all.", "topics", "delete", "shop")]
    [InlineData(NoSubscription, "There is no subscription 'acne'. Did you mean acme?", "subscriptions", "pause", "acne")]
    public async Task A_name_that_does_not_exist_is_told_with_the_nearest_and_the_next_step(string problem, string told, params string[] command)
    {
        await using var herald = await FakeHerald.StartAsync(request =>
            request.Path.StartsWith("/v1/topics?", StringComparison.Ordinal) ? new(200, """{"items":[{"name":"orders","createdAt":"2026-01-01T00:00:00Z","version":1}]}""")
            : request.Path.StartsWith("/v1/subscriptions?", StringComparison.Ordinal) ? new(200, $$"""{"items":[{{Acme}}]}""")
            : new(404, problem, "application/problem+json"));
        var run = await CommandRun.AgainstAsync(herald, command);
        Assert.Equal((4, told), (run.Code, run.Error.Trim()));
    }

    [Theory]
    [InlineData("/endpoint", "ftp://x", "--endpoint ftp://x: The rule.", "subscriptions", "set", "acme", "--endpoint", "ftp://x")]
    [InlineData("/endpoint/settings/acks", "2", "--endpoint-setting 2: The rule.", "subscriptions", "set", "acme", "--endpoint-setting", "acks=2")]
    [InlineData("/retry/maxAge", "1ms", "--retry-max-age 1ms: The rule.", "subscriptions", "set", "acme", "--retry-max-age", "1ms")]
    [InlineData("/retry/schedule/1", "0s", "--retry-schedule 0s: The rule.", "subscriptions", "set", "acme", "--retry-schedule", "1s,0s")]
    [InlineData("/limits/maxInFlight", "0", "--max-in-flight 0: The rule.", "subscriptions", "set", "acme", "--max-in-flight", "0")]
    [InlineData("/labels/team", "x", "--label x: The rule.", "subscriptions", "set", "acme", "--label", "team=x")]
    [InlineData("?limit", "0", "--limit 0: The rule.", "topics", "list", "--limit", "0")]
    [InlineData("/ids/0", "x", "id x: The rule.", "dead-letters", "redrive", "x")]
    [InlineData("", "", "The rule.", "topics", "list")]
    public async Task One_field_is_told_once_by_its_option(string pointer, string value, string told, params string[] command)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(
            400,
            $$"""{"code":"invalid-request","detail":"{{pointer}}: The rule.","errors":[{"pointer":"{{pointer}}","value":"{{value}}","rule":"The rule."}]}""",
            "application/problem+json"));
        var run = await CommandRun.AgainstAsync(herald, command);
        Assert.Equal((5, told), (run.Code, run.Error.Trim()));
    }

    [Theory]
    [InlineData(200, "<html>\n</html>", "text/html", "topics", "list")]
    [InlineData(200, "<html>\n</html>", "text/html", "publish", "orders", "1")]
    [InlineData(200, "<html>\n</html>", "text/html", "topics", "delete", "orders")]
    [InlineData(200, "<html>\n</html>", "text/html", "tail", "orders")]
    [InlineData(404, "not here", "text/plain", "topics", "list")]
    [InlineData(404, """{"detail":"Not Found"}""", "application/json", "topics", "list")]
    [InlineData(302, "", "text/html", "topics", "list")]
    [InlineData(501, "<!DOCTYPE HTML>", "text/html", "publish", "orders", "1")]
    [InlineData(501, "<!DOCTYPE HTML>", "text/html", "topics", "create", "orders")]
    [InlineData(501, "<!DOCTYPE HTML>", "text/html", "backup", "/copy")]
    public async Task A_server_that_is_no_Herald_is_3_and_told(int status, string body, string type, params string[] command)
    {
        await using var other = await FakeHerald.StartAsync(_ => new(status, body, type));
        var run = await CommandRun.AgainstAsync(other, command);
        Assert.Equal((3, ""), (run.Code, run.Out));
        Assert.StartsWith($"What answers at {other.Address}/ is no Herald: it answered {status}", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("Give the address of Herald with --server or HERALD_URL.", run.Error.Trim(), StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("http", "is no Herald: it does not answer in HTTP.")]
    [InlineData("https", "For a server without TLS, the address begins with http://.")]
    public async Task A_port_that_does_not_speak_HTTP_is_3_and_told(string scheme, string told)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAsync(listener);
        var run = await CommandRun.OfAsync("topics", "list", "--server", $"{scheme}://{listener.LocalEndpoint}");
        Assert.Equal(3, run.Code);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("inner exception", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
        await answering;

        static async Task AnswerAsync(TcpListener listener)
        {
            using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            await using var stream = client.GetStream();
            await stream.WriteAsync("SSH-2.0-other\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            client.Client.Shutdown(SocketShutdown.Send);
            var rest = new byte[4096];
            while (await stream.ReadAsync(rest, TestContext.Current.CancellationToken) > 0)
            {
                // Until the command has gone, so that its request is not cut off by a reset.
            }
        }
    }

    [Fact]
    public async Task A_missing_token_and_a_wrong_one_are_different_sentences()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(401, NoToken, "application/problem+json"));
        var missing = await CommandRun.AgainstAsync(herald, "topics", "list");
        Assert.Equal(
            (6, $"Herald at {herald.Address}/ requires a token. Give the file that contains it with --token-file FILE or HERALD_TOKEN_FILE."),
            (missing.Code, missing.Error.Trim()));
        await WithFileAsync("wrong-token\n", async file =>
        {
            var wrong = await CommandRun.AgainstAsync(herald, "topics", "list", "--token-file", file);
            Assert.Equal(6, wrong.Code);
            Assert.StartsWith($"Herald at {herald.Address}/ does not accept the token of --token-file {file}.", wrong.Error, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("two words", "the file must contain one token")]
    public async Task A_token_file_without_a_token_is_2(string content, string told)
    {
        await WithFileAsync(content, async file =>
        {
            var run = await CommandRun.OfAsync("topics", "list", "--token-file", file);
            Assert.Equal(2, run.Code);
            Assert.StartsWith($"--token-file {file}: {told}", run.Error, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("failed", 1)]
    [InlineData("endpointGone", 1)]
    [InlineData("delivered", 0)]
    public async Task A_test_of_an_endpoint_that_does_not_take_the_event_is_1(string outcome, int code)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, $$"""{"outcome":"{{outcome}}","stage":"connect"}"""));
        var run = await CommandRun.AgainstAsync(herald, "subscriptions", "test", "acme");
        Assert.Equal(code, run.Code);
        Assert.Contains($"outcome: {outcome}", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_is_cut_is_3()
    {
        using var output = new FirstLine();
        using var error = new StringWriter();
        await using var herald = await FakeHerald.StartAsync(_ => new(200, "no JSON\n", "application/x-ndjson", CutWhen: output.Written));
        var code = await CommandRoot.RunAsync(
            HeraldCommandLine.Create(TimeProvider.System), ["tail", "orders", "--server", herald.Address], output, error,
            TestContext.Current.CancellationToken);
        Assert.Equal((3, $"The connection to {herald.Address}/ was cut."), (code, error.ToString().Trim()));
    }

    [Theory]
    [InlineData("publish", "orders", "--file", "/")]
    [InlineData("subscriptions", "put", "acme", "--file", "/")]
    public async Task A_file_that_cannot_be_read_is_2(params string[] command)
    {
        var run = await CommandRun.OfAsync([.. command, "--server", "http://127.0.0.1:1"]);
        Assert.Equal(2, run.Code);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_broken_proxy_is_told_on_one_short_line()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(502, $"<html>\n<p>{new string('x', 1000)}", "text/html"));
        var run = await CommandRun.AgainstAsync(herald, "topics", "list");
        Assert.Equal(1, run.Code);
        Assert.True(Assert.Single(run.Error.Trim().Split('\n')).Length < 250);
    }

    /// <summary>Tells when a line has arrived.</summary>
    private sealed class FirstLine : StringWriter
    {
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Written => _written.Task;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            _written.TrySetResult();
        }
    }

    private const string Acme = """
        {"id":"acme","topic":"orders","endpoint":"https://x.example/h","filter":{},"retry":{},"limits":{},"status":"active","generation":1,
         "createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z","version":1}
        """;

    private static async Task WithFileAsync(string content, Func<string, Task> use)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
            await use(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
