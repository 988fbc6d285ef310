namespace Herald.Client;

/// <summary>What a topic shall be.</summary>
public sealed record TopicDefinition
{
    /// <summary>For people, and for lists; null keeps the present ones.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
