using System.Globalization;
using Spectre.Console;

namespace Herald.Lab.Benches.Reports;

/// <summary>Prints reports as tables for people.</summary>
internal static class ReportText
{
    private const string Nothing = "-";

    /// <summary>The width of a table in a narrower terminal, and in an output that has no width.</summary>
    private const int LeastWidth = 80;

    public static void Print(BenchReport report, TextWriter output)
    {
        output.WriteLine(report.Name);
        var table = NewTable();
        foreach (var row in report.Rows)
            table.AddRow(Cells(row.Name, row, report.IsBrief));
        Write(table, output);
        output.WriteLine($"{report.Matters} Measured on {report.Machine}; commit {report.Commit}.");
        foreach (var row in report.Rows)
            foreach (var side in new[] { row.Limit, row.Herald })
                if (side is { Cpu.Shares.Count: > 0 })
                    output.WriteLine(Cpu(side, row.Unit));
        foreach (var note in report.Notes)
            output.WriteLine(note);
        if (report.IsBrief)
            output.WriteLine("Brief: this run only checks that the bench works. The figures have no meaning.");
        foreach (var failure in report.Failures)
            output.WriteLine($"FAILED: {failure}");
        output.WriteLine();
    }

    /// <summary>Prints the first figure of each report, for a run of all benches.</summary>
    public static void PrintSummary(IReadOnlyList<BenchReport> reports, TextWriter output)
    {
        var table = NewTable();
        foreach (var report in reports)
            table.AddRow(
                report is { Passed: true, Rows: [var first, ..] }
                    ? Cells(report.Name, first, report.IsBrief)
                    : [report.Name, Nothing, Nothing, Nothing, "FAILED"]);
        Write(table, output);
    }

    private static Table NewTable()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        // Names of sides are wrapped at words, so that long ones leave room for the first column.
        foreach (var column in (string[])["limit", "herald"])
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn(new TableColumn("ratio").RightAligned().NoWrap());
        return table.AddColumn(new TableColumn("target").NoWrap());
    }

    /// <summary>The cells of a row. The first line of the sides is their name; median and spread follow.</summary>
    private static string[] Cells(string name, BenchRow row, bool brief) =>
    [
        Markup.Escape(name == row.Unit.Name ? name : $"{name}\n{row.Unit.Name}"),
        row.Limit is null ? Nothing : $"{row.Limit.Name}\n{Cell(row.Limit.Series)}",
        $"{row.Herald.Name}\n{Cell(row.Herald.Series)}",
        row.Ratio is { } ratio ? string.Create(CultureInfo.InvariantCulture, $"\n{ratio:0.00}") : Nothing,
        $"\n{string.Join('\n', row.Targets.Select(target => brief ? target.ToString() : $"{target}: {(target.IsReachedBy(row) ? "reached" : "missed")}"))}",
    ];

    private static string Cpu(BenchSide side, Unit unit)
    {
        var shares = string.Join(
            ", ", side.Cpu.Shares.Select(share => string.Create(CultureInfo.InvariantCulture, $"{share.Process} {share.Cores:0.00}")));
        var each = unit.Counted is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; together {side.CpuMicroseconds:0.#} µs {unit.Counted}");
        return string.Create(CultureInfo.InvariantCulture,
            $"CPU in cores, {side.Name}: {shares}{each}. All other processes on the machine used {side.Cpu.Others:0.00}.");
    }

    private static string Cell(Series series) =>
        series.Rounds.Count == 1 ? Number(series.Median) : $"{Number(series.Median)}\n{Spread(series)}";

    // A median of 0 has no percentages.
    private static string Spread(Series series) => series.Median == 0
        ? $"{Number(series.Lowest)} to {Number(series.Highest)}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{series.Lowest / series.Median - 1:+0%;-0%;0%} {series.Highest / series.Median - 1:+0%;-0%;0%}");

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);

    private static void Write(Table table, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = Math.Max(console.Profile.Width, LeastWidth);
        console.Write(table);
    }
}
