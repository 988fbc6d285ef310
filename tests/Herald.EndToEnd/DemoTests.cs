using System.Globalization;
using System.Text.RegularExpressions;
using Herald.LocalServers.Databases;
using Herald.TestKit.Traces;
using Xunit;

namespace Herald.EndToEnd;

public sealed partial class DemoTests : IDisposable
{
    // Other processes make demo directories in the common folder of temporary files.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("herald-test-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [GeneratedRegex(@"\Aaccepted (\d+)\ndelivered (\d+)\nduplicates (\d+)\nout-of-order (\d+)\nlost (\d+)\n\z")]
    private static partial Regex Verdict();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(4, "demo", "--for", "3s", "--plain")]
    [InlineData(4, "demo", "cluster", "--for", "6s", "--plain")]
    [InlineData(1, "demo", "orders", "--for", "6s", "--plain")]
    public async Task It_ends_with_the_verdict_and_leaves_nothing_behind(int receivers, params string[] arguments)
    {
        Assert.SkipWhen(arguments.Contains("cluster") && PostgresPrograms.Find() is null, PostgresPrograms.Missing);
        var run = await HeraldRun.OfAsync(start => start.Environment["TMPDIR"] = _folder.FullName, null, Cancel, arguments);
        Assert.True(run.Code == 0, run.Out + run.Error);

        var lines = run.Out.Split('\n');
        var verdict = Verdict().Match(string.Join('\n', lines[^6..]));
        Assert.True(verdict.Success, run.Out);
        var numbers = verdict.Groups.Values.Skip(1).Select(group => long.Parse(group.Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(numbers[0] >= 1000, run.Out);
        Assert.Equal(numbers[0] * receivers, numbers[1]);
        Assert.Equal([0, 0], numbers[3..]);
        Assert.True(lines.Count(line => line.Contains(" accepted ", StringComparison.Ordinal)) >= 2, run.Out);
        Assert.Empty(DemoDirectories());
    }

    [Fact]
    public async Task Interrupted_it_stops_its_server_and_removes_its_data()
    {
        var run = await HeraldRun.OfAsync(
            start => start.Environment["TMPDIR"] = _folder.FullName,
            async process =>
            {
                while (await process.StandardOutput.ReadLineAsync(Cancel) is { } line && !line.Contains("accepted", StringComparison.Ordinal)) { }
                Signal.Interrupt(process.Id);
            },
            Cancel, "demo", "--for", "60s", "--plain");
        Assert.Equal(130, run.Code);
        Assert.Empty(DemoDirectories());
    }

    private string[] DemoDirectories() => Directory.GetDirectories(_folder.FullName, "herald-*");
}
