using System.Diagnostics;
using Xunit;

namespace Herald.EndToEnd;

/// <summary>One run of the real executable: its exit code and its output.</summary>
internal sealed record HeraldRun(int Code, string Out, string Error)
{
    /// <param name="meanwhile">Gets the running process. The output is read to its end afterwards.</param>
    public static Task<HeraldRun> OfAsync(Func<Process, Task>? meanwhile, CancellationToken cancel, params string[] arguments) =>
        OfAsync(_ => { }, meanwhile, cancel, arguments);

    /// <summary>Starts the program and kills it after a moment.</summary>
    public static async Task KillAfterAsync(TimeSpan moment, CancellationToken cancel, params string[] arguments)
    {
        var run = await OfAsync(
            start =>
            {
                // The settings of the user who runs the tests must not apply.
                foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HERALD_", StringComparison.Ordinal)).ToList())
                    start.Environment.Remove(name);
            },
            async process =>
            {
                await Task.Delay(moment, TimeProvider.System, cancel);
                process.Kill();
            },
            cancel, arguments);
        Assert.True(run.Code == 128 + 9, $"It ended by itself, with {run.Code}: {run.Out}{run.Error}");
    }

    /// <param name="prepare">Can change the environment of the process before it starts.</param>
    public static async Task<HeraldRun> OfAsync(
        Action<ProcessStartInfo> prepare, Func<Process, Task>? meanwhile, CancellationToken cancel, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "herald"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        prepare(start);
        using var process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync(cancel);
            if (meanwhile is not null)
                await meanwhile(process);
            var output = await process.StandardOutput.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            return new(process.ExitCode, output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
