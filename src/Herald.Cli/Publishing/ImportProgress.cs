using Spectre.Console;

namespace Herald.Cli.Publishing;

/// <summary>A progress bar on the error output, for people who publish a file.</summary>
internal static class ImportProgress
{
    /// <param name="totalBytes">Null when it is unknown. Then no bar is shown.</param>
    public static Task<T> ShowAsync<T>(long? totalBytes, bool quiet, Func<Action<long>?, Task<T>> run)
    {
        if (totalBytes is not { } total || quiet || Console.IsErrorRedirected)
            return run(null);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(),
                new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var bar = context.AddTask("publishing", maxValue: Math.Max(1, total));
                return run(bytes => bar.Value = bytes);
            });
    }
}
