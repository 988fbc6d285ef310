namespace Herald.Client;

/// <summary>One page of a list in a stable order.</summary>
public sealed record Page<T>
{
    public required IReadOnlyList<T> Items { get; init; }

    /// <summary>The cursor of the next page; null on the last one.</summary>
    public string? NextCursor { get; init; }
}
