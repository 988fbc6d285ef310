using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Rounds;

/// <summary>
/// Runs one bench from an empty directory to its report. However it ends, its processes are stopped and the directory is removed.
/// </summary>
internal static class BenchRun
{
    private static readonly TimeSpan SyncsMeasured = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SyncsMeasuredBriefly = TimeSpan.FromMilliseconds(100);

    /// <exception cref="BenchException">There is no directory to measure in.</exception>
    public static async Task<BenchReport> RunAsync(
        IBench bench, BenchOptions options, BenchProgress progress, TimeProvider time, CancellationToken cancel)
    {
        using var directory = BenchDirectory.Create(options.Data);
        progress.Show("measuring the disk");
        var machine = Machine.Describe(SyncRate.Measure(directory.Path, options.IsBrief ? SyncsMeasuredBriefly : SyncsMeasured, time));
        var commit = await SourceCommit.FindAsync(cancel);
        await using var rig = new BenchRig(options, directory, progress, time);
        IReadOnlyList<BenchRow> rows = [];
        try
        {
            rows = await bench.RunAsync(rig, cancel);
        }
        catch (Exception failure) when (failure is BenchException or ChildProcessException or HttpRequestException)
        {
            rig.Fail(failure.Message);
        }
        finally
        {
            progress.Clear();
        }
        return new(bench.Name, bench.Matters, rows, options.IsBrief, machine, commit, rig.Notes, rig.Failures);
    }
}
