using System.Text.Json.Serialization;

namespace Herald.Mutants.Reports;

/// <summary>What became of a mutant.</summary>
/// <param name="Mutant">Its key.</param>
/// <param name="Suite">Which noticed it; null when none did.</param>
/// <param name="How">A test fails, hangs, or the process ends.</param>
/// <param name="Test">The one that failed first.</param>
/// <param name="Passed">Suites that did not notice it, with their content then.</param>
internal sealed record Outcome(
    string Mutant, string? Suite, string? How, string? Test, IReadOnlyDictionary<string, string> Passed, double Seconds)
{
    [JsonIgnore]
    public bool IsNoticed => Suite is not null;
}
