using System.Globalization;
using Herald.Hosting.Commands;
using Herald.Lab.Catchers;
using Herald.Lab.Displays;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Herald.Lab.Scenarios;

/// <summary>Shows the scenario while it runs: a live table, or a line every five seconds.</summary>
internal sealed class UnaffectedDisplay(
    IReadOnlyList<ScenarioHandler> handlers, UnaffectedOptions options, Func<TimeSpan> now, Terminal terminal, TimeProvider time)
    : ProgressDisplay(terminal.Error, time)
{
    private const int ColumnWidth = 12;

    protected override TimeSpan LineEvery { get; } = TimeSpan.FromSeconds(5);

    // The display is drawn rarely and reads only counters, so that it does not affect the measurement.
    protected override TimeSpan FrameEvery { get; } = TimeSpan.FromMilliseconds(500);

    protected override string Line() => $"{Where()} | {string.Join(" | ", handlers.Select(handler =>
        $"{handler.Role.Name} ({Modes.NameOf(handler.Mode)}): delivered {handler.Counts.Acknowledged} failed {handler.Counts.Failed} retries {handler.Counts.Retries}"))}";

    private string Where()
    {
        var at = now();
        var phase = at >= options.Plan.Whole ? "draining" : UnaffectedReport.NameOf(options.Plan.At(at));
        return string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds:0} of {options.Plan.Whole.TotalSeconds:0} s, {phase}");
    }

    protected override IRenderable Table()
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumn("");
        foreach (var handler in handlers)
            table.AddColumn(new TableColumn($"[bold]{handler.Role.Name}[/]").RightAligned().NoWrap().Width(ColumnWidth));
        CatcherRows.AddTo(table, [.. handlers.Select(handler => (handler.Mode, handler.Counts))]);
        return new Rows(new Text($"Unaffected: {Where()}"), table);
    }
}
