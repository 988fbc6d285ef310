using Spectre.Console;

namespace Herald.Cli.Transfer;

/// <summary>A progress bar on the error output, for exports and imports.</summary>
internal static class MoveProgress
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <param name="total">Null when it is unknown. Then no bar is shown.</param>
    /// <param name="done">Returns the part of the total that is done.</param>
    public static Task ShowAsync(string what, long? total, Func<long> done, bool quiet, TimeProvider time, Task moving)
    {
        if (total is not { } all || quiet || Console.IsErrorRedirected)
            return moving;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(what, maxValue: Math.Max(1, all));
                while (await Task.WhenAny(moving, Task.Delay(LookEvery, time)) != moving)
                    bar.Value = done();
                await moving;
            });
    }
}
