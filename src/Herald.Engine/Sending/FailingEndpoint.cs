namespace Herald.Engine.Sending;

/// <summary>The endpoint of a subscription that is to get events, and at which attempts of this node fail.</summary>
/// <param name="EndpointRevision">Another number means another endpoint.</param>
/// <param name="For">The time between the first and the last failure since the last success.</param>
/// <param name="Reason">Why the last attempt failed.</param>
public sealed record FailingEndpoint(string SubscriptionId, int EndpointRevision, TimeSpan For, string Reason)
{
    internal int Subscription { get; init; }
}
