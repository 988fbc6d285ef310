using System.Text.Json.Nodes;

namespace Herald.Evidence.Records;

/// <summary>One run of a claim's command: its result, and the sources it was run on.</summary>
/// <param name="Date">The day, for example 2026-11-29.</param>
/// <param name="Contents">For each path of the claim, git's hash of its content.</param>
/// <param name="Passed">A failed run is a record as well, so that the documents show what it missed.</param>
/// <param name="Result">In the form of the claim's kind.</param>
internal sealed record Record(
    string Command, string Commit, string Date, double Minutes, Machine Machine, IReadOnlyDictionary<string, string> Contents, bool Passed,
    JsonNode Result)
{
    public string ShortCommit => Commit[..Math.Min(12, Commit.Length)];
}

/// <summary>The machine on which a record was made.</summary>
internal sealed record Machine(int Cores, string Cpu, double MemoryGiB, string Kernel);
