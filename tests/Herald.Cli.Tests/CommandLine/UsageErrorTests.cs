using Xunit;

namespace Herald.Cli.Tests.CommandLine;

public sealed class UsageErrorTests
{
    [Theory]
    [InlineData("topic: There is no such command. Did you mean topics?", "topic", "list")]
    [InlineData("lst: There is no such command. Did you mean list?", "topics", "lst", "--jsom")]
    [InlineData("rename: There is no such command. Its commands are: list, create, get, delete.", "topics", "rename", "orders")]
    [InlineData("Give one of its commands: list, create, get, delete.", "topics")]
    [InlineData("--jsom: There is no such option. Did you mean --json?", "topics", "list", "--jsom")]
    [InlineData("--lable: There is no such option. Did you mean --label?", "topics", "list", "--lable", "team=billing")]
    [InlineData("--color: There is no such option. --help lists all options.", "topics", "list", "--color=never")]
    [InlineData("orders: It belongs to no argument and no option.", "topics", "list", "orders")]
    [InlineData("--kye: There is no such option. Did you mean --key?", "publish", "orders", "{}", "--kye", "order-17")]
    [InlineData("--kye: There is no such option. Did you mean --key?", "publish", "orders", "{}", "--kye=order-17")]
    [InlineData("-k: There is no such option. --help lists all options.", "publish", "orders", "{}", "-k", "order-17")]
    [InlineData("--al: There is no such option. Did you mean --all?", "dead-letters", "redrive", "--al")]
    [InlineData("--jsom: There is no such option. Did you mean --json?", "topics", "get", "--jsom")]
    [InlineData("<topic> is missing: The name of the topic.", "topics", "get")]
    [InlineData("--limit ten: Write a whole number.", "topics", "list", "--limit", "ten")]
    [InlineData("--limit needs a value: --limit N.", "topics", "list", "--limit")]
    [InlineData("--overlap 10: A duration has a unit: write 10s for seconds.", "subscriptions", "rotate-secret", "acme", "--overlap", "10")]
    [InlineData("--server localhost:8090: expected a URL such as http://localhost:8090.", "topics", "list", "--server", "localhost:8090")]
    [InlineData("--server ftp://x: expected a URL such as http://127.0.0.1:8090.", "topics", "list", "--server", "ftp://x")]
    public async Task A_mistake_is_told_once_with_what_was_probably_meant(string told, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(arguments);
        Assert.Equal((2, ""), (run.Code, run.Out));
        var lines = run.Error.Trim().Split('\n');
        Assert.Equal(told, lines[0].TrimEnd());
        Assert.StartsWith("See: herald ", lines[^1], StringComparison.Ordinal);
        Assert.Equal(2, lines.Length);
    }
}
