using System.Globalization;
using Spectre.Console;

namespace Herald.Cli.Benching.Reporting;

/// <summary>Reports for people.</summary>
internal static class ReportText
{
    private const string Nothing = "-";

    public static void Print(BenchReport report, TextWriter output)
    {
        var table = NewTable(report.Name);
        foreach (var row in report.Rows)
            table.AddRow([WithUnit(row.Name, row), .. Cells(row, report.IsBrief)]);
        Write(table, output);
        output.WriteLine($"{report.Matters} Measured on {report.Machine}; commit {report.Commit}.");
        foreach (var row in report.Rows)
            foreach (var side in new[] { row.Limit, row.Herald })
                if (side is { Cpu.Count: > 0 })
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CPU in cores, {side.Name}: {string.Join(", ", side.Cpu.Select(share => $"{share.Process} {share.Cores:0.00}"))}."));
        foreach (var note in report.Notes)
            output.WriteLine(note);
        if (report.IsBrief)
            output.WriteLine("Brief: it was tried whether this works; the figures say nothing.");
        foreach (var failure in report.Failures)
            output.WriteLine($"FAILED: {failure}");
    }

    /// <summary>The first figure of each, for a run of all.</summary>
    public static void PrintSummary(IReadOnlyList<BenchReport> reports, TextWriter output)
    {
        var table = NewTable("bench");
        foreach (var report in reports)
        {
            if (report.Rows is [var first, ..])
                table.AddRow([WithUnit(report.Name, first), .. report.Passed ? Cells(first, report.IsBrief) : [Nothing, Nothing, Nothing, Nothing, "FAILED"]]);
            else
                table.AddRow([report.Name, Nothing, Nothing, Nothing, Nothing, "FAILED"]);
        }
        Write(table, output);
    }

    private static Table NewTable(string title)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(title);
        foreach (var column in (string[])["limit", "herald", "ratio"])
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        return table.AddColumn(new TableColumn("target").NoWrap()).AddColumn("");
    }

    private static string WithUnit(string name, BenchRow row) => name == row.Unit.Name ? name : $"{Markup.Escape(name)}\n{row.Unit.Name}";

    private static string[] Cells(BenchRow row, bool brief) =>
    [
        row.Limit is null ? Nothing : $"{row.Limit.Name}\n{Cell(row.Limit.Series)}",
        $"\n{Cell(row.Herald.Series)}",
        row.Ratio is { } ratio ? string.Create(CultureInfo.InvariantCulture, $"\n{ratio:0.00}") : Nothing,
        $"\n{string.Join('\n', row.Targets)}",
        $"\n{string.Join('\n', row.Targets.Select(target => brief ? "" : target.IsReachedBy(row) ? "reached" : "missed"))}",
    ];

    /// <summary>The median, and under it the spread.</summary>
    private static string Cell(Series series) =>
        series.Rounds.Count == 1 ? Number(series.Median) : $"{Number(series.Median)}\n{Number(series.Lowest)}–{Number(series.Highest)}";

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);

    private static void Write(Table table, TextWriter output) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);
}
