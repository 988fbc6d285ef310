using System.Globalization;
using Herald.StoreBench.Figures;
using Herald.StoreBench.Stores;

namespace Herald.StoreBench.Reports;

/// <summary>The report for people: one table for each size of groups, with medians, and the spread of the rates.</summary>
internal static class ReportTable
{
    private static readonly string[] Head =
        ["store", "events/s", "lowest", "highest", "of limit", "p50 ms", "p99 ms", "bytes/event", "on disk", "CPU s/100,000", "events/sync"];

    public static void Print(IReadOnlyList<StoreFigures> figures, Machine machine, StoreBenchOptions options, TextWriter output)
    {
        foreach (var group in figures.GroupBy(one => one.Group))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{options.Writers} writers, {group.Key} events a write, {options.Rounds} rounds of {options.Round.TotalSeconds:0.##} s"));
            var limit = group.FirstOrDefault(one => one.Store == BenchStores.Limit);
            Print([Head, .. group.Select(one => Row(one, limit))], output);
            output.WriteLine();
        }
        output.WriteLine(
            "Medians. bytes/event: what the kernel counts for this process, in whole pages. on disk: what the disk was given for each");
        output.WriteLine("event, also by other programs, until all was synced. CPU: of this process, with the generator.");
        output.WriteLine($"{figures.Sum(one => one.ReadBack):N0} events were read back and compared. {machine}");
    }

    private static string[] Row(StoreFigures one, StoreFigures? limit)
    {
        var rate = one.Series(round => round.EventsPerSecond);
        return
        [
            one.Store, Number(rate.Median), Number(rate.Lowest), Number(rate.Highest),
            limit is null ? "-" : Number(rate.Median / limit.Series(round => round.EventsPerSecond).Median),
            Median(round => round.P50.TotalMilliseconds), Median(round => round.P99.TotalMilliseconds),
            Median(round => round.WrittenPerEvent),
            Median(round => round.OnDiskPerEvent), Median(round => round.CpuPer100000), Median(round => round.EventsPerSync),
        ];

        string Median(Func<RoundFigures, double> figure) => Number(one.Series(figure).Median);
    }

    private static void Print(IReadOnlyList<string[]> rows, TextWriter output)
    {
        var widths = Head.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            output.WriteLine(
                string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))));
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? "-" : value.ToString(value >= 100 ? "N0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
