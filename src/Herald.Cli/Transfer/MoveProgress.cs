using Spectre.Console;

namespace Herald.Cli.Transfer;

/// <summary>A progress bar on the error output, for people who move a store.</summary>
internal static class MoveProgress
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <param name="total">Null when it is not known: then there is no bar.</param>
    /// <param name="done">Of the total, so far.</param>
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
