using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Herald.Lab.Benches.Reports;

/// <summary>
/// Reports for machines. The first figure is repeated at the top, as <c>limit_per_s</c>, <c>herald_per_s</c> and <c>ratio</c>.
/// </summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one report as an object, several as an array.</summary>
    public static string Write(IReadOnlyList<BenchReport> reports) =>
        (reports is [var only] ? Of(only) : (JsonNode)new JsonArray([.. reports.Select(Of)])).ToJsonString(Readable);

    internal static JsonObject Of(BenchReport report)
    {
        var json = new JsonObject
        {
            ["name"] = report.Name,
            ["passed"] = report.Passed,
            ["brief"] = report.IsBrief,
            ["commit"] = report.Commit,
            ["machine"] = new JsonObject
            {
                ["cores"] = report.Machine.Cores,
                ["cpu"] = report.Machine.Cpu,
                ["memory_bytes"] = report.Machine.MemoryBytes,
                ["kernel"] = report.Machine.Kernel,
                ["dotnet"] = report.Machine.Dotnet,
                ["fsyncs_per_s"] = Math.Round(report.Machine.SyncsPerSecond),
            },
        };
        if (report.Rows is [var first, ..])
            WriteFigures(json, first);
        json["rows"] = new JsonArray([.. report.Rows.Select(row => Of(row, report.IsBrief))]);
        json["notes"] = new JsonArray([.. report.Notes.Select(note => JsonValue.Create(note))]);
        json["failures"] = new JsonArray([.. report.Failures.Select(failure => JsonValue.Create(failure))]);
        return json;
    }

    private static JsonObject Of(BenchRow row, bool brief)
    {
        var json = new JsonObject { ["name"] = row.Name, ["unit"] = row.Unit.Name };
        WriteFigures(json, row);
        json["targets"] = new JsonArray([.. row.Targets.Select(target => new JsonObject
        {
            ["target"] = target.ToString(),
            ["reached"] = brief ? null : target.IsReachedBy(row),
        })]);
        json["limit"] = row.Limit is null ? null : Of(row.Limit, row.Unit);
        json["herald"] = Of(row.Herald, row.Unit);
        return json;
    }

    private static void WriteFigures(JsonObject json, BenchRow row)
    {
        if (row.Limit is { } limit)
            json[$"limit_{row.Unit.Suffix}"] = Figure(limit.Series.Median);
        json[$"herald_{row.Unit.Suffix}"] = Figure(row.Herald.Series.Median);
        if (row.Ratio is { } ratio)
            json["ratio"] = Figure(ratio);
    }

    private static JsonObject Of(BenchSide side, Unit unit)
    {
        var json = new JsonObject
        {
            ["name"] = side.Name,
            ["rounds"] = new JsonArray([.. side.Series.Rounds.Select(round => JsonValue.Create(Figure(round)))]),
            ["cpu_cores"] = new JsonObject(
                side.Cpu.Shares.Select(share => KeyValuePair.Create(share.Process, (JsonNode?)Figure(share.Cores)))),
            ["other_cpu_cores"] = Figure(side.Cpu.Others),
        };
        if (unit.Counted is not null && side.Cpu.Shares.Count > 0)
            json["cpu_us_each"] = Figure(side.CpuMicroseconds);
        return json;
    }

    /// <summary>JSON has no infinite numbers. A figure per event is infinite in a round without events, and is null then.</summary>
    private static double? Figure(double value) => double.IsFinite(value) ? Math.Round(value, 3) : null;
}
