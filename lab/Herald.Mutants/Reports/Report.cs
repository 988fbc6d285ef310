using System.Text.Encodings.Web;
using System.Text.Json;

namespace Herald.Mutants.Reports;

/// <summary>What is known so far, as a record keeps it.</summary>
/// <param name="Seed">By which mutants are drawn.</param>
/// <param name="Minutes">Of all trials, one after another.</param>
/// <param name="Unfit">Parts of suites that fail without a mutant, and judged none.</param>
internal sealed record Report(int Seed, double Minutes, IReadOnlyList<ProjectReport> Projects, IReadOnlyList<string> Unfit)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Options);
}
