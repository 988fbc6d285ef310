using System.Globalization;
using Herald.Hosting.Commands;
using Herald.Lab.Alarms;
using Herald.Lab.Displays;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Herald.Lab.Demos.Alarms;

/// <summary>Shows the alarms demo while it runs: a live table, or a line per second.</summary>
internal sealed class AlarmsDemoDisplay(
    DigestLedger ledger, AlarmGenerator story, AlarmsDemoProgress progress, Terminal terminal, TimeProvider time)
    : ProgressDisplay(terminal.Out, time)
{
    protected override string Line() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.Elapsed.TotalSeconds:0}s changes {story.Changes} | digests expected {ledger.Expected} received {ledger.Received} "
                + $"wrong {ledger.Wrong} missing {ledger.Missing}");

    protected override IRenderable Table()
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).HideHeaders().AddColumn("").AddColumn(
            new TableColumn("").RightAligned().Width(12));
        table.AddRow("changes sent", $"{story.Changes:N0}");
        table.AddRow("digests requested", $"{story.Requests:N0}");
        table.AddRow("digests expected", $"{ledger.Expected:N0}");
        table.AddRow("digests received", $"[green]{ledger.Received:N0}[/]");
        table.AddRow("repeats", $"{ledger.Repeats:N0}");
        table.AddRow("wrong", ledger.Wrong == 0 ? "[green]0[/]" : $"[red]{ledger.Wrong:N0}[/]");
        table.AddRow("missing", $"{ledger.Missing:N0}");
        table.AddRow("from request to digest, p50", Milliseconds(0.5));
        table.AddRow("from request to digest, p95", Milliseconds(0.95));
        return new Rows(new Text($"Herald alarms demo: {progress}"), table);
    }

    private string Milliseconds(double share) => ledger.Milliseconds(share) is { } found ? $"{found:N0} ms" : "-";
}
