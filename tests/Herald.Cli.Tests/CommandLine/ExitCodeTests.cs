using System.Net;
using System.Net.Sockets;
using Herald.Hosting.Commands;
using Herald.TestKit;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests.CommandLine;

public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(200, 0)]
    [InlineData(404, 4)]
    [InlineData(400, 5)]
    [InlineData(409, 5)]
    [InlineData(412, 5)]
    [InlineData(401, 6)]
    [InlineData(403, 6)]
    [InlineData(503, 7)]
    [InlineData(429, 7)]
    [InlineData(500, 1)]
    public async Task It_follows_what_Herald_answers(int status, int code)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(status, """{"name":"orders","code":"some-problem"}"""));
        Assert.Equal(code, (await CommandRun.AgainstAsync(herald, "topics", "get", "orders")).Code);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("topics", "get")]
    [InlineData("topics", "get", "orders", "--server", "not a url")]
    [InlineData("demo", "--for", "soon")]
    [InlineData("demo", "--rate", "0")]
    [InlineData("publish", "orders", "1", "2", "--id", "one")]
    [InlineData("publish", "orders", "--file", "/there/is/no/such/file")]
    [InlineData("publish", "orders", "1", "--attribute", "novalue")]
    [InlineData("publish", "orders", "1", "--file", "-")]
    [InlineData("publish", "orders", "--file", "-", "--text")]
    [InlineData("publish", "orders", "--file", "-", "--key", "17")]
    [InlineData("subscriptions", "put", "billing", "--filter", "type")]
    [InlineData("subscriptions", "put", "billing", "--file", "/there/is/no/such/file")]
    [InlineData("dead-letters", "redrive")]
    [InlineData("dead-letters", "discard", "dl_1", "--all")]
    [InlineData("topics", "list", "--token-file", "/there/is/no/such/file")]
    public async Task A_wrong_command_line_is_2_and_says_what_is_wrong(params string[] arguments)
    {
        var run = await CommandRun.OfAsync(arguments);
        Assert.Equal(2, run.Code);
        Assert.NotEmpty(run.Error);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task No_server_is_3_and_says_what_to_do()
    {
        // The port is bound but not listening, so connections to it are refused.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var run = await CommandRun.OfAsync("topics", "list", "--server", $"http://{taken.LocalEndPoint}");
        Assert.Equal(3, run.Code);
        Assert.Contains("connection refused", run.Error, StringComparison.Ordinal);
        Assert.Contains("herald serve", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_code_is_told_in_the_documentation()
    {
        var text = await File.ReadAllTextAsync(SourceTree.File("docs/cli.md"), TestContext.Current.CancellationToken);
        foreach (var code in Enum.GetValues<ExitCode>())
            Assert.Contains($"| {(int)code} |", text, StringComparison.Ordinal);
    }
}
