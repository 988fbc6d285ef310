using System.Diagnostics;

namespace Herald.Mutants.Trials;

/// <summary>Runs a part of a suite in a process of its own.</summary>
/// <param name="folder">Where output and what tests leave behind goes, and is deleted.</param>
internal sealed class TestProcess(string root, string folder, TimeProvider time)
{
    // A mutant may take memory without an end; others work on this machine.
    private const string MostMemory = "0xC0000000";

    private const string Redirected = "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    // Whoever stops this machine's processes for a while stops us as well: what we do not see go by is not counted.
    private static readonly TimeSpan MostAtOnce = TimeSpan.FromSeconds(1);

    private int _runs;

    /// <param name="limit">Of the time; a run that takes longer is ended.</param>
    public async Task<TestRun> RunAsync(
        Suite suite, SuitePart part, IEnumerable<KeyValuePair<string, string>> environment, TimeSpan limit, CancellationToken cancel)
    {
        var own = Path.Combine(folder, $"{Environment.ProcessId}-{Interlocked.Increment(ref _runs)}");
        var log = Path.Combine(own, "log");
        Directory.CreateDirectory(own);
        try
        {
            // A session of its own: Ctrl-C reaches us alone, and all of it can be ended at once, but for a PostgreSQL, which ends by itself when
            // its tests do. Its output goes to a file, because a pipe is not at its end before everybody who has it is.
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
