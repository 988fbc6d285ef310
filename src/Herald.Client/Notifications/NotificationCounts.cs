namespace Herald.Client;

/// <summary>How many notifications there are.</summary>
public sealed record NotificationCounts
{
    /// <summary>By destination, and in it by status.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Counts { get; init; }
}
