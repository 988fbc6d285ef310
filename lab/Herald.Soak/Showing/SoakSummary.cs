using System.Globalization;
using Herald.Soak.Figures;

namespace Herald.Soak.Showing;

/// <summary>What a soak has seen, for people.</summary>
internal static class SoakSummary
{
    public static void Write(SoakReport report, TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Hours} h of load in {report.Rounds} rounds: {report.Published:N0} events published, {report.Received:N0} deliveries received, {report.Repeats:N0} repeats; {report.Facts:N0} facts judged"));
        output.WriteLine($"faults: {string.Join(", ", report.Faults.Where(fault => fault.Value > 0).Select(fault => $"{fault.Key} {fault.Value}"))}");
        output.WriteLine("waits at receivers that are well, by what was wrong: p99 and longest, ms");
        foreach (var row in report.Waits)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {row.Wrong,-34} {row.P99Ms,9:N0} {row.LongestMs,9:N0}   of {row.Events:N0}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a round settled within {report.LongestSettleSeconds} s; the soak itself was stopped for {report.StoodStillSeconds} s"));
    }

    public static void Write(SoakBreak broken, int seed, string folder, TextWriter output)
    {
        output.WriteLine(broken.Trace);
        output.WriteLine();
        output.WriteLine(broken.Invariant is { } invariant
            ? string.Create(CultureInfo.InvariantCulture, $"BROKEN: invariant {invariant} of ARCHITECTURE.md, seed {seed}: {broken.What}")
            : string.Create(CultureInfo.InvariantCulture, $"The soak could not go on, seed {seed}: {broken.What}"));
        output.WriteLine($"Logs, traces and data are in {folder}.");
    }
}
