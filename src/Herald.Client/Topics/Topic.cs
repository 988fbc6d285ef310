namespace Herald.Client;

/// <summary>A named stream of events.</summary>
public sealed record Topic
{
    public required string Name { get; init; }

    /// <summary>Null when it has none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The number in the ETag.</summary>
    public required long Version { get; init; }
}
