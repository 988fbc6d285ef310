using System.Text.Json.Nodes;
using Herald.Evidence.Claims;
using Herald.Evidence.Records;

namespace Herald.Evidence.Printouts;

/// <summary>
/// Runs of one command side by side: the figures or verdicts of each run, and below the table the notes that only this run has.
/// </summary>
internal static class RunsTable
{
    public static string Of(IReadOnlyList<(Claim Claim, Record Record)> shown)
    {
        var runs = shown.Select(one => (one.Record, Cells: Cells(one.Claim.Kind, one.Record.Result).ToDictionary(cell => cell.What, cell => cell.Text))).ToList();
        var lines = new List<string>
        {
            $"| `{shown[0].Record.Command}` | {string.Join(" | ", runs.Select((_, i) => $"run {i + 1}"))} |",
            $"|---|{string.Concat(runs.Select(_ => "---|"))}",
        };
        foreach (var what in runs.SelectMany(run => run.Cells.Keys).Distinct())
            lines.Add($"| {what} | {string.Join(" | ", runs.Select(run => run.Cells.GetValueOrDefault(what, "–")))} |");
        lines.Add("");
        lines.AddRange(runs.Select((run, i) => $"- run {i + 1}: {BenchTable.Origin(run.Record)}{string.Concat(NotesOfAlone(runs.Select(one => one.Record), run.Record).Select(note => $". {note}"))}"));
        return string.Join('\n', lines);
    }

    private static IEnumerable<(string What, string Text)> Cells(ClaimKind kind, JsonNode result) => kind == ClaimKind.Scenario
        ? result["criteria"]!.AsArray().Select(
            one => ((string)one!["what"]!, Verdict($"{one["figure"]}; limit {one["limit"]}", (bool)one["ok"]!)))
        : result["rows"]!.AsArray().Select(row => ($"{row!["name"]}, {row["unit"]}", Verdict(Sides(row), row["targets"]!.AsArray().All(target => (bool)target!["reached"]!))));

    private static string Verdict(string text, bool holds) => holds ? text : $"**{text}: missed**";

    private static string Sides(JsonNode row)
    {
        var herald = BenchTable.Figure(BenchTable.Rounds(row["herald"]!).Median);
        var both = row["limit"] is { } limit ? $"{BenchTable.Figure(BenchTable.Rounds(limit).Median)} → {herald}" : herald;
        return string.Join("; ", [both, .. row["targets"]!.AsArray().Select(target => (string)target!["target"]!)]);
    }

    /// <summary>A note that all runs share describes the method of measurement. It is explained elsewhere, so it is left out.</summary>
    private static IEnumerable<string> NotesOfAlone(IEnumerable<Record> all, Record one) =>
        Notes(one).Where(note => !all.All(other => other == one || Notes(other).Contains(note))).Select(note => note.TrimEnd('.'));

    private static IEnumerable<string> Notes(Record record) => (record.Result["notes"] as JsonArray)?.Select(note => (string)note!) ?? [];
}
