using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Evidence.Claims;
using Herald.Evidence.Records;

namespace Herald.Evidence.Printouts;

/// <summary>
/// Benches as a table: medians, the spread of the rounds, the limit measured in the same run, and whether the target was reached.
/// </summary>
internal static class BenchTable
{
    public static string Of(IReadOnlyList<(Claim Claim, Record Record)> shown)
    {
        var lines = new List<string> { "| command | Herald | limit in the same run | ratio | target |", "|---|---|---|---|---|" };
        foreach (var (_, record) in shown)
        {
            var reports = record.Result is JsonArray several ? several.Select(report => report!) : [record.Result];
            lines.AddRange(reports.SelectMany(report => report["rows"]!.AsArray()).Select((row, i) => Row(record, row!, i == 0)));
            lines.AddRange(
                reports.SelectMany(report => report["failures"]!.AsArray()).Select(failure => $"| – | **failed**: {failure} | | | |"));
        }
        lines.Add("");
        lines.AddRange(
            shown.GroupBy(one => Origin(one.Record)).Select(
                origin => $"- {string.Join(", ", origin.Select(one => one.Claim.Name))}: {origin.Key}"));
        return string.Join('\n', lines);
    }

    private static string Row(Record record, JsonNode row, bool isFirst)
    {
        var (unit, name) = ((string)row["unit"]!, (string)row["name"]!);
        var command = $"{(isFirst ? $"`{record.Command}`" : "–")}{(name == unit ? "" : $"{(isFirst ? ", " : " ")}{name}")}";
        var ratio = row["ratio"] is { } of ? Figure((double)of) : "–";
        var targets = row["targets"]!.AsArray().Select(
            target => $"{target!["target"]}: {((bool?)target["reached"] ?? false ? "reached" : "**missed**")}").ToList();
        return $"| {command} | {Side(row["herald"], unit)} | {Side(row["limit"], unit)} | {ratio} | {(targets.Count > 0 ? string.Join("; ", targets) : "–")} |";
    }

    private static string Side(JsonNode? side, string unit)
    {
        if (side is null)
            return "–";
        var (rounds, median) = Rounds(side);
        var spread = rounds.Count > 1 ? $" ({Figure(rounds[0])} to {Figure(rounds[^1])})" : "";
        return $"{Figure(median)} {unit}{spread}";
    }

    /// <summary>The rounds of a side from the lowest to the highest, and their median.</summary>
    public static (IReadOnlyList<double> Rounds, double Median) Rounds(JsonNode side)
    {
        var rounds = side["rounds"]!.AsArray().Select(round => (double)round!).Order().ToList();
        return (rounds, rounds.Count % 2 == 1 ? rounds[rounds.Count / 2] : (rounds[(rounds.Count / 2) - 1] + rounds[rounds.Count / 2]) / 2);
    }

    /// <summary>The commit, date and machine of a record.</summary>
    public static string Origin(Record record) => string.Create(
        CultureInfo.InvariantCulture,
        $"commit `{record.ShortCommit}`, {record.Date}, {record.Machine.Cores} cores of {record.Machine.Cpu}, "
            + $"{record.Machine.MemoryGiB} GiB{Syncs(record)}");

    private static string Syncs(Record record) => (record.Result as JsonObject)?["machine"]?["fsyncs_per_s"] is { } syncs
        ? string.Create(CultureInfo.InvariantCulture, $", {(double)syncs:N0} fsyncs/s") : "";

    public static string Figure(double value) =>
        value.ToString(Math.Abs(value) switch { >= 100 => "N0", >= 10 => "N1", _ => "N2" }, CultureInfo.InvariantCulture);
}
