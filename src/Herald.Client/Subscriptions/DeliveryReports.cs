namespace Herald.Client;

/// <summary>
/// Asks for events in another topic, reports: one for each delivery that ends, and one when the subscription is disabled. docs/api.md has
/// their payload.
/// </summary>
public sealed record DeliveryReports
{
    /// <summary>An existing topic, other than the subscription's own.</summary>
    public required string Topic { get; init; }

    /// <summary>
    /// What is reported: <c>delivered</c>, <c>recovered</c>, <c>exhausted</c>, <c>expired</c>, <c>discarded</c>, <c>forwarded</c>,
    /// <c>disabled</c>. In a definition, null means all.
    /// </summary>
    public IReadOnlyList<string>? On { get; init; }
}
