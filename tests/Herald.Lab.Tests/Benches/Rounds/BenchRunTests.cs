using Herald.Hosting.Commands;
using Herald.Lab.Benches;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Xunit;

namespace Herald.Lab.Tests.Benches.Rounds;

public sealed class BenchRunTests : IDisposable
{
    private static readonly BenchRow Row = new("events/s", Unit.EventsPerSecond, null, new("herald", new Series([1]), CpuUse.Unmeasured), []);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("herald-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task All_that_was_said_is_in_the_report_and_nothing_is_left_behind()
    {
        var report = await RunAsync(rig =>
        {
            rig.Directory.Sub("data");
            rig.Note("Noted.");
            return [Row];
        });
        Assert.True(report.Passed);
        Assert.Equal([Row], report.Rows);
        Assert.Equal(["Noted."], report.Notes);
        Assert.True(report.Machine.SyncsPerSecond > 0);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public async Task What_went_wrong_makes_it_fail()
    {
        var report = await RunAsync(rig =>
        {
            rig.Fail("3 were lost.");
            return [Row];
        });
        Assert.Equal((false, "3 were lost."), (report.Passed, Assert.Single(report.Failures)));
    }

    [Fact]
    public async Task So_does_what_cannot_be_measured()
    {
        var report = await RunAsync(_ => throw new BenchException("Nothing comes."));
        Assert.Equal((false, "Nothing comes."), (report.Passed, Assert.Single(report.Failures)));
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    private Task<BenchReport> RunAsync(Func<BenchRig, IReadOnlyList<BenchRow>> run) => BenchRun.RunAsync(
        new Scripted(run), BenchOptions.Brief(_folder), new BenchProgress(new Terminal(TextWriter.Null, TextWriter.Null, false, new Screen(null, false, TimeProvider.System)), false, "test"), TimeProvider.System,
        TestContext.Current.CancellationToken);

    private sealed class Scripted(Func<BenchRig, IReadOnlyList<BenchRow>> run) : IBench
    {
        public string Name => "scripted";
        public string Description => "";
        public string Matters => "";

        public Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel) => Task.FromResult(run(rig));
    }
}
