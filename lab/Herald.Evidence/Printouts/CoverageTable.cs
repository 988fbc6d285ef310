using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Evidence.Claims;
using Herald.Evidence.Records;

namespace Herald.Evidence.Printouts;

/// <summary>The share of each project's lines that tests run, beside the share that is demanded.</summary>
internal static class CoverageTable
{
    public static string Of(IReadOnlyList<(Claim Claim, Record Record)> shown) =>
        string.Join('\n', shown.SelectMany(one => Lines(one.Record)));

    private static IEnumerable<string> Lines(Record record) =>
    [
        "| project | lines | run by tests | demanded |", "|---|---|---|---|",
        .. record.Result.AsArray().Select(share => Line(share!)),
        "", $"`{record.Command}`, commit `{record.ShortCommit}`, {record.Date}{(record.Passed ? "" : ": **the command failed**")}.",
    ];

    private static string Line(JsonNode share)
    {
        var (percent, demanded) = ((double)share["percent"]!, (int)share["demanded"]!);
        var text = string.Create(CultureInfo.InvariantCulture, $"{percent:0.0} %");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {share["project"]} | {(int)share["lines"]!:N0} | {(percent < demanded ? $"**{text}**" : text)} | {demanded} % |");
    }
}
