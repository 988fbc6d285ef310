namespace Herald.Client;

/// <summary>How many of the selected dead letters still existed.</summary>
public sealed record DeadLetterCount
{
    public required int Count { get; init; }
}
