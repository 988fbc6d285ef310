namespace Herald.Mutants.Trials;

/// <summary>A part of a test program that can run alone: a class of tests, or some worlds of the simulation.</summary>
internal sealed record SuitePart(string Name, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Combines several parts in one process.</summary>
    public static SuitePart All(IReadOnlyList<SuitePart> parts) => new(
        string.Join(", ", parts.Select(part => part.Name)),
        [.. parts.SelectMany(part => part.Arguments)],
        parts.SelectMany(part => part.Environment).DistinctBy(variable => variable.Key).ToDictionary());
}
