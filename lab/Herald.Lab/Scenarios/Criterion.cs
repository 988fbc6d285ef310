namespace Herald.Lab.Scenarios;

/// <summary>One line of the verdict.</summary>
internal sealed record Criterion(string What, string Figure, string Limit, bool Holds);
