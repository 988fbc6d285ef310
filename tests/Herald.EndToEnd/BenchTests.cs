using System.Text.Json;
using Herald.Lab;
using Herald.Lab.Benches.Reports;
using Herald.LocalServers.Brokers;
using Herald.LocalServers.Databases;
using Herald.TestKit.Traces;
using Xunit;

namespace Herald.EndToEnd;

/// <summary>Runs every bench once, briefly. This checks that it works and finds nothing wrong, not what it measures.</summary>
public sealed class BenchTests : IDisposable
{
    // This is beside the program, because the folder of temporary files can be on a RAM disk, which a bench refuses.
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"bench-{Guid.CreateVersion7():n}"));

    public static TheoryData<string> Names { get; } = [.. LabModule.BenchNames];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_runs_and_finds_nothing_wrong(string name)
    {
        var run = await HeraldRun.OfAsync(null, Cancel, [.. Brief(name)]);
        AssertSound(run, name);
    }

    [Fact]
    public async Task That_of_Kafka_runs_where_there_is_a_broker()
    {
        Assert.SkipWhen(KafkaPrograms.Find() is null, KafkaPrograms.Missing);
        AssertSound(await HeraldRun.OfAsync(null, Cancel, [.. Brief("ingest")]), "ingest");
    }

    [Fact]
    public async Task That_of_notifications_runs_where_there_is_wrk()
    {
        var run = await HeraldRun.OfAsync(null, Cancel, [.. Brief("notifications")]);
        Assert.SkipWhen(run.Error.Contains("needs wrk", StringComparison.Ordinal), "wrk is not installed.");
        AssertSound(run, "notifications");
        Assert.Contains("notifications are PROCESSED", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("latency --store postgres --nodes 2")]
    [InlineData("nodes")]
    public async Task Those_of_clusters_run_where_there_is_a_PostgreSQL(string name)
    {
        Assert.SkipWhen(PostgresPrograms.Find() is null, PostgresPrograms.Missing);
        AssertSound(await HeraldRun.OfAsync(null, Cancel, [.. Brief(name)]), name);
    }

    [Fact]
    public async Task Without_wrk_the_own_generator_is_used()
    {
        var run = await HeraldRun.OfAsync(start => start.Environment["PATH"] = _folder.FullName, null, Cancel, [.. Brief("accept")]);
        AssertSound(run, "accept");
        Assert.Contains("wrk is not installed", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupted_it_ends_what_it_started_and_removes_its_data()
    {
        var run = await HeraldRun.OfAsync(
            async process =>
            {
                // The bench's server is running.
                await Wait.UntilAsync(
                    () => _folder.EnumerateFiles("*.log", SearchOption.AllDirectories).Any(), TimeSpan.FromSeconds(30), () => "No server has started.", Cancel);
                Signal.Interrupt(process.Id);
            },
            Cancel, "bench", "deliver", "--data", _folder.FullName);
        Assert.Equal(130, run.Code);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    private string JsonFile => Path.Combine(_folder.FullName, "report.json");

    private string[] Brief(string name) => ["bench", .. name.Split(' '), "--brief", "--data", _folder.FullName, "--json", JsonFile];

    private void AssertSound(HeraldRun run, string name)
    {
        Assert.True(run.Code == 0, run.Out + run.Error);
        using var report = JsonDocument.Parse(File.ReadAllBytes(JsonFile));
        var root = report.RootElement;
        Assert.Equal((name, true, true), (root.GetProperty("name").GetString(), root.GetProperty("passed").GetBoolean(), root.GetProperty("brief").GetBoolean()));
        Assert.NotEqual(0, root.GetProperty("rows").GetArrayLength());
        foreach (var row in root.GetProperty("rows").EnumerateArray())
        {
            // A count of repeats can be 0, the best result after a kill, and so can the statements of an idle node in a second. A rate or a
            // time of 0 would be an error.
            var unit = row.GetProperty("unit").GetString();
            var least = unit == Unit.Repeats.Name || unit == Unit.StatementsPerSecond.Name ? 0 : double.Epsilon;
            foreach (var side in new[] { row.GetProperty("limit"), row.GetProperty("herald") }.Where(side => side.ValueKind == JsonValueKind.Object))
                Assert.All(side.GetProperty("rounds").EnumerateArray(), round => Assert.True(round.GetDouble() >= least, run.Out));
        }
        // The bench has deleted its data; only the report is left.
        Assert.Equal(JsonFile, Assert.Single(_folder.GetFileSystemInfos()).FullName);
    }
}
