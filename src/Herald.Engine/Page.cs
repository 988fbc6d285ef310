namespace Herald.Engine;

/// <param name="NextCursor">Give it back for the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
