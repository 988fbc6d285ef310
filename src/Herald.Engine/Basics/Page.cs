namespace Herald.Engine.Basics;

/// <param name="NextCursor">Pass it to get the next page; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
