namespace Herald.Client;

/// <summary>Asks for an event in another topic, a report, for each delivery that ends. docs/api.md has its payload.</summary>
public sealed record DeliveryReports
{
    /// <summary>An existing topic, other than the subscription's own.</summary>
    public required string Topic { get; init; }

    /// <summary>
    /// The ends that are reported: <c>delivered</c>, <c>recovered</c>, <c>exhausted</c>, <c>expired</c>, <c>discarded</c>,
    /// <c>forwarded</c>. In a definition, null means all.
    /// </summary>
    public IReadOnlyList<string>? On { get; init; }
}
