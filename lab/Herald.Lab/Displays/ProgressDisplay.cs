using Spectre.Console;
using Spectre.Console.Rendering;

namespace Herald.Lab.Displays;

/// <summary>Shows the progress of a run: a table that is drawn repeatedly, or a line from time to time.</summary>
internal abstract class ProgressDisplay(TextWriter lines, TimeProvider time)
{
    protected TimeProvider Time { get; } = time;

    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(2);

    protected virtual TimeSpan FrameEvery { get; } = TimeSpan.FromMilliseconds(250);

    protected virtual TimeSpan LineEvery { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Ends when cancelled, without an exception and after showing the last numbers.</summary>
    public Task RunAsync(bool plain, CancellationToken cancel) => plain ? PrintLinesAsync(cancel) : ShowTableAsync(cancel);

    protected abstract IRenderable Table();

    protected abstract string Line();

    /// <summary>Requests data from servers before each frame and line.</summary>
    protected virtual ValueTask LookAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    /// <summary>Requests data for the last table. A display that asks less often than it draws asks now.</summary>
    protected virtual ValueTask LookAtLastAsync(CancellationToken cancel) => LookAsync(cancel);

    private async Task PrintLinesAsync(CancellationToken cancel)
    {
        while (await WaitAsync(LineEvery, cancel))
            await lines.WriteLineAsync(Line());
    }

    private Task ShowTableAsync(CancellationToken cancel) => AnsiConsole.Live(Table()).AutoClear(false).StartAsync(async context =>
    {
        while (await WaitAsync(FrameEvery, cancel))
            context.UpdateTarget(Table());
        await EndAsync();
        context.UpdateTarget(Table());
    });

    /// <summary>Requests the last data from servers, so that the table that stays contains no figure from before the end.</summary>
    private async Task EndAsync()
    {
        using var patience = new CancellationTokenSource(LastLook, Time);
        try
        {
            await LookAtLastAsync(patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The servers do not answer. The table shows what is known.
        }
    }

    /// <returns>False when the display must end.</returns>
    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(wait, Time, cancel);
            await LookAsync(cancel);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
