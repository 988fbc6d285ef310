using System.Globalization;
using Herald.Cli.Alarms;
using Herald.Cli.CommandLine;
using Spectre.Console;

namespace Herald.Cli.Demo.Alarms;

/// <summary>Shows the alarms demo while it goes: a live table, or a line a second.</summary>
internal sealed class AlarmsDemoDisplay(DigestLedger ledger, AlarmStory story, AlarmsDemoProgress progress, Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(1), FrameEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Ends when cancelled, without an exception and with the last numbers shown.</summary>
    public Task RunAsync(AlarmsDemoOptions options, CancellationToken cancel)
    {
        if (options.Json)
            return Task.CompletedTask;
        return options.Plain ? PrintLinesAsync(cancel) : AnsiConsole.Live(Table()).AutoClear(false).StartAsync(async context =>
        {
            while (await time.WaitAsync(FrameEvery, cancel))
                context.UpdateTarget(Table());
            context.UpdateTarget(Table());
        });
    }

    private async Task PrintLinesAsync(CancellationToken cancel)
    {
        while (await time.WaitAsync(LineEvery, cancel))
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{progress.Elapsed.TotalSeconds:0}s changes {story.Changes} | digests expected {ledger.Expected} received {ledger.Received} wrong {ledger.Wrong} missing {ledger.Missing}"));
    }

    private Rows Table()
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned().Width(12));
        table.AddRow("changes told", $"{story.Changes:N0}");
        table.AddRow("digests asked for", $"{story.Requests:N0}");
        table.AddRow("digests expected", $"{ledger.Expected:N0}");
        table.AddRow("digests received", $"[green]{ledger.Received:N0}[/]");
        table.AddRow("repeats", $"{ledger.Repeats:N0}");
        table.AddRow("wrong", ledger.Wrong == 0 ? "[green]0[/]" : $"[red]{ledger.Wrong:N0}[/]");
        table.AddRow("still to come", $"{ledger.Missing:N0}");
        table.AddRow("from asking to receiving, half", Milliseconds(0.5));
        table.AddRow("from asking to receiving, 95 %", Milliseconds(0.95));
        return new Rows(new Text($"Herald alarms demo: {progress}"), table);
    }

    private string Milliseconds(double share) => ledger.Milliseconds(share) is { } found ? $"{found:N0} ms" : "-";
}
