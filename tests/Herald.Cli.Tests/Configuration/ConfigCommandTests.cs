using System.Text.Json;
using Xunit;

namespace Herald.Cli.Tests.Configuration;

public sealed class ConfigCommandTests
{
    [Fact]
    public async Task Config_shows_what_is_not_the_default_and_where_it_comes_from()
    {
        var run = await CommandRun.OfAsync("config", "--listen", "127.0.0.1:1", "--listen", "127.0.0.1:2", "--set", "engine.window=7", "--set", "kafka.clusters.main.servers=a:1");
        Assert.Equal(0, run.Code);
        Assert.Equal(
            [
                "SETTING                      VALUE                     SOURCE",
                "listen                       127.0.0.1:1, 127.0.0.1:2  command line",
                "engine.window                7                         command line",
                "kafka.clusters.main.servers  a:1                       command line",
            ],
            run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("All other settings have their defaults; --all shows them.", run.Error.Trim());
    }

    [Fact]
    public async Task Without_anything_all_settings_have_their_defaults()
    {
        var run = await CommandRun.OfAsync("config");
        Assert.Equal((0, "", "All settings have their defaults; --all shows them."), (run.Code, run.Out, run.Error.Trim()));
    }

    [Theory]
    [InlineData("config")]
    [InlineData("orders", "config")]
    [InlineData("alarms", "config")]
    public async Task Config_all_shows_every_setting_with_its_meaning(params string[] command)
    {
        var run = await CommandRun.OfAsync([.. command, "--all"]);
        Assert.Equal(0, run.Code);
        Assert.Contains(
            "stopTimeout = 10s  (default)\n    How long a stop waits for requests in progress. A duration from 0s to 10m, written like 500ms, 5s, 10m, 1h30m or 3d.\n",
            run.Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("kafka.handover = 10s  (default)", run.Out, StringComparison.Ordinal);
        Assert.Contains("alarms.emptyDigest = false  (default)", run.Out, StringComparison.Ordinal);
        using var machines = JsonDocument.Parse((await CommandRun.OfAsync([.. command, "--all", "--json"])).Out);
        Assert.All(machines.RootElement.EnumerateArray(), setting => Assert.StartsWith("HERALD__", setting.GetProperty("variable").GetString(), StringComparison.Ordinal));
        Assert.Contains(machines.RootElement.EnumerateArray(), setting => setting.GetProperty("name").GetString() == "engine.window"
            && setting.GetProperty("purpose").GetString() is { Length: > 0 } && setting.GetProperty("rule").GetString() is { Length: > 0 });
    }

    [Fact]
    public async Task Help_of_serve_shows_the_dozen_that_people_set()
    {
        var help = (await CommandRun.OfAsync("serve", "--help")).Out;
        Assert.Contains("Create a topic when an event is published to an unknown one, instead of answering 404. Default: false. Either true or false.", help, StringComparison.Ordinal);
        string[] named =
        [
            "--config", "--set", "--listen", "--data", "--store", "--with", "--connection", "--node", "--lease", "--require-token", "--auto-create-topics", "--max-body-bytes",
            "--engine-max-in-flight", "--webhooks-guard", "--webhooks-allowed-networks", "--token-file", "--log-level", "--json", "--help",
        ];
        Assert.Equal(
            named.Order(StringComparer.Ordinal),
            help.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith('-'))
                .Select(line => line.Split("  ")[0].Split(' ').Last(word => word.StartsWith("--", StringComparison.Ordinal))).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("unknown>", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_together_and_is_2()
    {
        var run = await CommandRun.OfAsync(
            "config", "--set", "engine.window=0", "--lisen", "127.0.0.1:1", "--journal-segment-bytes", "1MiB", "--journal-shard-count=3", "--listen", "127.0.0.1:1", "stray", "--lease", "soon");
        Assert.Equal(2, run.Code);
        Assert.Equal(
            [
                "postgres.lease = 'soon' (command line): A duration from 1s to 1m, written like 500ms, 5s, 10m, 1h30m or 3d.",
                "engine.window = '0' (command line): A whole number from 2 to 65536.",
                "--lisen (command line): There is no such option. Did you mean --listen?",
                "--journal-segment-bytes (command line): There is no such option. Use --set journal.segmentBytes=VALUE.",
                "--journal-shard-count (command line): There is no such option. Use --set journal.shardCount=VALUE.",
                "stray (command line): It belongs to no option.",
            ],
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.Contains("command line", StringComparison.Ordinal)).OrderBy(line => line.StartsWith('p') ? 0 : line.StartsWith('e') ? 1 : 2));
    }

    [Fact]
    public async Task What_is_wrong_is_told_alone()
    {
        var run = await CommandRun.OfAsync("config", "--all", "--set", "engine.grace=10");
        Assert.Equal(
            (2, "", "engine.grace = '10' (command line): A duration has a unit: write 10s for seconds."), (run.Code, run.Out, run.Error.Trim()));
    }

    [Fact]
    public async Task A_broken_file_is_told_with_the_place()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "{\"engine\": }", TestContext.Current.CancellationToken);
            var run = await CommandRun.OfAsync("serve", "--config", file);
            Assert.Equal((2, "", $"--config {file}: Line 1, byte 12: not valid JSON from here."), (run.Code, run.Out, run.Error.Trim()));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--set engine.window: expected NAME=VALUE", "config", "--set", "engine.window")]
    [InlineData("--set =5: expected NAME=VALUE", "serve", "--set", "=5")]
    [InlineData("engine.window (command line): The setting is given twice. Remove one.", "config", "--set", "engine.window=5", "--set", "engine.window=6")]
    [InlineData("postgres.lease (command line): The setting is given twice. Remove one.", "serve", "--lease", "5s", "--set", "postgres.lease=6s")]
    public async Task A_setting_that_cannot_be_meant_is_told_and_is_2(string told, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(arguments);
        Assert.Equal(2, run.Code);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
    }
}
