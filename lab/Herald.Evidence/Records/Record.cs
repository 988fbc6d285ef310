using System.Text.Json.Nodes;

namespace Herald.Evidence.Records;

/// <summary>One run of a claim's command: what it has shown, and of which sources.</summary>
/// <param name="Date">The day, as 2026-11-29.</param>
/// <param name="Contents">Of each path of the claim, what git calls its content.</param>
/// <param name="Passed">A run that failed is a record as well: what it has missed is told.</param>
/// <param name="Result">As its kind has it.</param>
internal sealed record Record(
    string Command, string Commit, string Date, double Minutes, Machine Machine, IReadOnlyDictionary<string, string> Contents, bool Passed, JsonNode Result)
{
    public string ShortCommit => Commit[..Math.Min(12, Commit.Length)];
}

/// <summary>Where a record comes from.</summary>
internal sealed record Machine(int Cores, string Cpu, double MemoryGiB, string Kernel);
