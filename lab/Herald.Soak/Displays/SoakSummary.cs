using System.Globalization;
using Herald.Soak.Figures;

namespace Herald.Soak.Displays;

/// <summary>Writes the results of a soak for people.</summary>
internal static class SoakSummary
{
    private const int ShownLines = 40;

    public static void Write(SoakReport report, TextWriter output)
    {
        Line($"{report.Hours} h of load in {report.Rounds} rounds: {report.Published:N0} events published");
        Line($"{report.Received:N0} deliveries received, {report.Repeats:N0} repeats; {report.Facts:N0} facts judged");
        Line($"faults: {string.Join(", ", report.Faults.Where(fault => fault.Value > 0).Select(fault => $"{fault.Key} {fault.Value}"))}");
        Line($"waiting time of events for healthy receivers, by fault: p99 and longest, ms");
        foreach (var row in report.Waits)
            Line($"  {row.Wrong,-34} {row.Topic,-11} {row.P99Ms,9:N0} {row.LongestMs,9:N0}   of {row.Events:N0}");
        Line($"a round settled within {report.LongestSettleSeconds} s; the soak itself was paused for {report.StoodStillSeconds} s");
        if (report.MachineLoad is { } load)
            Line($"on {Environment.ProcessorCount} cores {load} processes were ready to run, on average");

        void Line(FormattableString text) => output.WriteLine(FormattableString.Invariant(text));
    }

    public static void Write(SoakBreak broken, int seed, string folder, TextWriter output)
    {
        foreach (var line in broken.Trace.Split('\n').TakeLast(ShownLines))
            output.WriteLine(line);
        output.WriteLine();
        output.WriteLine(broken.Invariant is { } invariant
            ? string.Create(CultureInfo.InvariantCulture, $"BROKEN: invariant {invariant} of ARCHITECTURE.md, seed {seed}: {broken.What}")
            : string.Create(CultureInfo.InvariantCulture, $"The soak could not continue, seed {seed}: {broken.What}"));
        output.WriteLine($"Logs, traces and data are in {folder}.");
    }
}
