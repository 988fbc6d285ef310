namespace Herald.Client;

/// <summary>An event with its deliveries and attempts.</summary>
public sealed record EventStory
{
    public required HeraldEvent Event { get; init; }
    public required IReadOnlyList<Delivery> Deliveries { get; init; }

    /// <summary>Oldest first. The history keeps attempts for a limited time.</summary>
    public required IReadOnlyList<Attempt> Attempts { get; init; }
}
