using System.Diagnostics;

namespace Herald.Mutants.Trials;

/// <summary>Runs a part of a suite in a process of its own.</summary>
/// <param name="folder">The folder for the output, and for files that tests leave behind. It is deleted after the run.</param>
internal sealed class TestProcess(string root, string folder, TimeProvider time)
{
    // A mutant can allocate memory without limit, and other processes run on this machine as well.
    private const string MostMemory = "0xC0000000";

    private const string Redirected = "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    // If the processes of this machine are suspended for a while, this process is suspended as well. At most this much of each gap counts.
    private static readonly TimeSpan MostAtOnce = TimeSpan.FromSeconds(1);

    private int _runs;

    /// <param name="limit">The time limit. A run that takes longer is ended.</param>
    public async Task<TestRun> RunAsync(
        Suite suite, SuitePart part, IEnumerable<KeyValuePair<string, string>> environment, TimeSpan limit, CancellationToken cancel)
    {
        var own = Path.Combine(folder, $"{Environment.ProcessId}-{Interlocked.Increment(ref _runs)}");
        var log = Path.Combine(own, "log");
        Directory.CreateDirectory(own);
        try
        {
            // The process has a session of its own. So Ctrl-C reaches only this process, and the whole session can be ended at once, except
            // a PostgreSQL, which ends by itself with its tests. The output goes to a file, because a pipe does not end before every
            // process that holds it has ended.
            string[] words = ["sh", "-c", Redirected, "sh", log, suite.Program, "-noColor", "-noLogo", "-stopOnFail", .. part.Arguments];
            var start = new ProcessStartInfo("setsid", words) { WorkingDirectory = root };
            foreach (var (name, value) in part.Environment.Concat(environment))
                start.Environment[name] = value;
            start.Environment["TMPDIR"] = own;
            start.Environment["DOTNET_GCHeapHardLimit"] = MostMemory;
            using var process = Process.Start(start)!;
            var (hasEnded, took) = await WatchAsync(process, limit, cancel);
            return new(hasEnded ? process.ExitCode : null, await File.ReadAllTextAsync(log, cancel), took.TotalSeconds);
        }
        finally
        {
            Directory.Delete(own, recursive: true);
        }
    }

    private async Task<(bool HasEnded, TimeSpan Took)> WatchAsync(Process process, TimeSpan limit, CancellationToken cancel)
    {
        var (took, at) = (TimeSpan.Zero, time.GetTimestamp());
        while (!process.HasExited)
        {
            if (cancel.IsCancellationRequested || took > limit)
            {
                await EndAsync(process);
                cancel.ThrowIfCancellationRequested();
                return (false, took);
            }
            await Task.Delay(LookEvery, time, CancellationToken.None);
            var now = time.GetTimestamp();
            var passed = time.GetElapsedTime(at, now);
            (took, at) = (took + (passed < MostAtOnce ? passed : MostAtOnce), now);
        }
        return (true, took);
    }

    private static async Task EndAsync(Process process)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -s KILL -- -{process.Id} 2>&-"]);
        await kill.WaitForExitAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
    }
}
