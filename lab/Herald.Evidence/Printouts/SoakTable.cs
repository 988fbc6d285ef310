using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Evidence.Claims;
using Herald.Evidence.Records;

namespace Herald.Evidence.Printouts;

/// <summary>Soaks: the number of events, the faults that happened, and how long events waited during each kind of fault.</summary>
internal static class SoakTable
{
    public static string Of(IReadOnlyList<(Claim Claim, Record Record)> shown) => string.Join("\n\n", shown.Select(one => Of(one.Record)));

    private static string Of(Record record)
    {
        var soak = record.Result;
        var waits = soak["waits"]!.AsArray().ToLookup(row => (string)row!["wrong"]!, row => row!);
        var topics = soak["waits"]!.AsArray().Select(row => (string)row!["topic"]!).Distinct().Order(StringComparer.Ordinal).ToList();
        var lines = new List<string>
        {
            "| hours of load | events published | deliveries received | repeats | invariants broken |",
            "|---|---|---|---|---|",
            $"| {soak["hours"]} | {Count(soak["published"])} | {Count(soak["received"])} | {Count(soak["repeats"])} | {Broken(soak)} |",
            "",
            "Waiting time of events for healthy receivers, p99 and longest, by entrance:",
            "",
            $"| fault | how often | {string.Join(" | ", topics.Select(topic => $"{topic}, ms"))} |",
            $"|---|---|{string.Concat(topics.Select(_ => "---|"))}",
        };
        var faults = soak["faults"]!.AsObject();
        foreach (var wrong in waits.Select(rows => rows.Key).Concat(faults.Select(fault => fault.Key)).Distinct())
        {
            var cells = topics.Select(topic => Waits(waits[wrong].FirstOrDefault(row => (string)row["topic"]! == topic)));
            lines.Add($"| {wrong} | {Count(faults[wrong])} | {string.Join(" | ", cells)} |");
        }
        lines.Add("");
        FormattableString[] origin =
        [
            $"`{record.Command}`{(record.Passed ? "" : ", **failed**")}", $"seed {soak["seed"]}", $"{soak["rate"]} events/s",
            $"{soak["rounds"]} rounds, of which the slowest settled within {soak["longestSettleSeconds"]} s",
            $"commit `{record.ShortCommit}`",
            $"{record.Date}", $"{record.Machine.Cores} cores of {record.Machine.Cpu}{Load(soak)}",
        ];
        var leftOut = soak["leftOut"]!.AsArray().Select(what => $"; not included: {what}");
        lines.Add($"{string.Join(", ", origin.Select(FormattableString.Invariant))}{string.Concat(leftOut)}");
        return string.Join('\n', lines);
    }

    private static string Broken(JsonNode soak) => (int)soak["broken"]! == 0 ? "0" : $"**{soak["broken"]}**";

    // Waits are longer on a machine that many other processes share, so the table names their number.
    private static string Load(JsonNode soak) => soak["machineLoad"] is { } load
        ? string.Create(CultureInfo.InvariantCulture, $" shared by {(double)load:0} processes on average") : "";

    private static string Waits(JsonNode? row) => row is null ? "–" : $"{Count(row["p99Ms"])} / {Count(row["longestMs"])}";

    private static string Count(JsonNode? number) => number is null ? "–" : ((double)number).ToString("N0", CultureInfo.InvariantCulture);
}
