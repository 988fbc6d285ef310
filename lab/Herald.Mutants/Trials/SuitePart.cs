namespace Herald.Mutants.Trials;

/// <summary>What of a test program can be run alone: a class of tests, or some of the simulation's worlds.</summary>
internal sealed record SuitePart(string Name, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Several at once, in one process.</summary>
    public static SuitePart All(IReadOnlyList<SuitePart> parts) => new(
        string.Join(", ", parts.Select(part => part.Name)),
        [.. parts.SelectMany(part => part.Arguments)],
        parts.SelectMany(part => part.Environment).DistinctBy(variable => variable.Key).ToDictionary());
}
