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

    [GeneratedRegex(@"^accepted (\d+)\ndelivered (\d+)\nduplicates (\d+)\nout-of-order (\d+)\nlost (\d+)\n\nPASS: (.+\n)+\z", RegexOptions.Multiline)]
    private static partial Regex Verdict();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(4, "\"dying\" was down for 1 s", "demo", "--for", "3s", "--plain")]
    [InlineData(4, "node-2 was killed; node-1 and node-3 had taken over its ", "demo", "cluster", "--for", "9s", "--plain")]
    [InlineData(1, " took over its customer.", "demo", "orders", "--for", "6s", "--plain")]
    public async Task It_ends_with_the_verdict_and_leaves_nothing_behind(int receivers, string remark, params string[] arguments)
    {
        Assert.SkipWhen(arguments.Contains("cluster") && PostgresPrograms.Find() is null, PostgresPrograms.Missing);
        var run = await HeraldRun.OfAsync(start => start.Environment["TMPDIR"] = _folder.FullName, null, Cancel, arguments);
        Assert.True(run.Code == 0, run.Out + run.Error);

        var lines = run.Out.Split('\n');
        var verdict = Verdict().Match(run.Out);
        Assert.True(verdict.Success, run.Out);
        Assert.Contains(remark, verdict.Value, StringComparison.Ordinal);
        var numbers = verdict.Groups.Values.Skip(1).Take(5).Select(group => long.Parse(group.Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(numbers[0] >= 1000, run.Out);
        Assert.Equal(numbers[0] * receivers, numbers[1]);
        Assert.Equal([0, 0], numbers[3..]);
        Assert.True(lines.Count(line => line.Contains(" accepted ", StringComparison.Ordinal)) >= 2, run.Out);
        Assert.Empty(DemoDirectories());
    }

    [Fact]
    public async Task The_demo_of_notifications_ends_with_its_verdict_and_leaves_nothing_behind()
    {
        var run = await HeraldRun.OfAsync(
            start => start.Environment["TMPDIR"] = _folder.FullName, null, Cancel,
            "demo", "notifications", "--count", "1000", "--for", "6s", "--plain");
        Assert.True(run.Code == 0, run.Out + run.Error);
        Assert.Contains("accepted 1000\neffects 1000\ndoubled 0\nlost 0\n\nPASS: 1,000 notifications, each posted twice", run.Out, StringComparison.Ordinal);
        Assert.Contains(" DOWN", run.Out, StringComparison.Ordinal);
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
