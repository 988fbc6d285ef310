using System.Globalization;
using Herald.Evidence.Claims;
using Herald.Evidence.Records;

namespace Herald.Evidence.Printouts;

/// <summary>Planted faults, and the first simulated world that notices each.</summary>
internal static class PlantedTable
{
    public static string Of(IReadOnlyList<(Claim Claim, Record Record)> shown)
    {
        var lines = new List<string> { "| planted fault | what it does | first seed that finds it |", "|---|---|---|" };
        foreach (var (_, record) in shown)
        {
            var faults = record.Result.AsArray();
            lines.AddRange(faults.Select(fault =>
                $"| {fault!["fault"]} | {fault["what"]} | {((int?)fault["seed"])?.ToString(CultureInfo.InvariantCulture) ?? "**not found**"} |"));
        }
        lines.Add("");
        lines.AddRange(shown.Select(one =>
        {
            var faults = one.Record.Result.AsArray();
            return $"{faults.Count(fault => fault!["seed"] is not null)} of {faults.Count} found, `{one.Record.Command}`, commit `{one.Record.ShortCommit}`, {one.Record.Date}.";
        }));
        return string.Join('\n', lines);
    }
}
