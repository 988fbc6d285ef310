using System.Text.Json.Serialization;

namespace Herald.Mutants.Reports;

/// <summary>
/// The result of trying a mutant. It is valid as long as the file of the mutant stays the same, and is kept with the sources, because trying
/// all mutants takes hours.
/// </summary>
/// <param name="Mutant">The key of the mutant.</param>
/// <param name="Suite">The suite that noticed it; null when none did.</param>
/// <param name="How"><c>fails</c> when a test fails, <c>hangs</c> when the run takes too long, <c>ends</c> when the process ends.</param>
/// <param name="Test">The test that failed first.</param>
/// <param name="Passed">The suites that did not notice it, with their content at that time.</param>
internal sealed record Outcome(
    string Mutant, string? Suite, string? How, string? Test, IReadOnlyDictionary<string, string> Passed, double Seconds)
{
    public const string Kept = "docs/evidence/mutants.jsonl";

    /// <summary>The content of the mutant's file at that time.</summary>
    public string? Source { get; init; }

    [JsonIgnore]
    public bool IsNoticed => Suite is not null;
}
