using System.Text.Encodings.Web;
using System.Text.Json;

namespace Herald.Mutants.Reports;

/// <summary>All results so far, in the form of a record.</summary>
/// <param name="Seed">The seed with which mutants are drawn.</param>
/// <param name="Minutes">The time of all trials together.</param>
/// <param name="Unfit">Parts of suites that fail without a mutant, and therefore judged none.</param>
internal sealed record Report(int Seed, double Minutes, IReadOnlyList<ProjectReport> Projects, IReadOnlyList<string> Unfit)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Options);
}
