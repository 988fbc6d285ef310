using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.StoreBench.Figures;

namespace Herald.StoreBench.Reports;

/// <summary>The report for programs: each figure of each round.</summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IReadOnlyList<StoreFigures> figures, Machine machine, StoreBenchOptions options) => new JsonObject
    {
        ["name"] = "stores",
        ["version"] = machine.Version,
        ["machine"] = new JsonObject
        {
            ["cores"] = machine.Cores,
            ["cpu"] = machine.Cpu,
            ["memory_gib"] = machine.MemoryGiB,
            ["kernel"] = machine.Kernel,
            ["dotnet"] = machine.Dotnet,
            ["file_system"] = machine.FileSystem,
        },
        ["writers"] = options.Writers,
        ["seconds"] = options.Round.TotalSeconds,
        ["rounds"] = options.Rounds,
        ["rows"] = new JsonArray([.. figures.Select(Of)]),
    }.ToJsonString(Readable);

    private static JsonObject Of(StoreFigures one)
    {
        var json = new JsonObject { ["store"] = one.Store, ["events_per_write"] = one.Group, ["read_back"] = one.ReadBack };
        foreach (var (name, of) in StoreFigures.All)
        {
            var series = one.Series(of);
            json[name] = new JsonObject
            {
                ["median"] = Figure(series.Median),
                ["lowest"] = Figure(series.Lowest),
                ["highest"] = Figure(series.Highest),
                ["rounds"] = new JsonArray([.. series.Rounds.Select(round => JsonValue.Create(Figure(round)))]),
            };
        }
        return json;
    }

    // JSON has no numbers that are none.
    private static double? Figure(double value) => double.IsFinite(value) ? Math.Round(value, 3) : null;
}
