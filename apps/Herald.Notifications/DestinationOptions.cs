using Herald.Engine.Basics;

namespace Herald.Notifications;

/// <summary>The options of one destination.</summary>
public sealed record DestinationOptions
{
    [Setting(
        "The channel that sends: an endpoint as subscriptions have it, such as email://main. The subscription follows it.",
        Rule = "An endpoint, or none.", None = "none")]
    public Uri? Endpoint { get; init; }

    [Setting("The recipient of notifications that name none.", None = "none", Most = "4096")]
    public string? DefaultTo { get; init; }

    [Setting("Another program sends them: they go to the Kafka topic of outstanding notifications, and a request brings the result.")]
    public bool External { get; init; }

    [Setting(
        "How many are sent at the same time. By default as many as a subscription allows.", Least = "1", Most = "10000", None = "auto")]
    public int? MaxInFlight { get; init; }

    [Setting("How many are sent in a second at most.", Least = "1", Most = "1000000", None = "none")]
    public int? RatePerSecond { get; init; }

    [Setting("How long one attempt may take. By default as long as a subscription allows.", Least = "100ms", Most = "5m", None = "auto")]
    public TimeSpan? Timeout { get; init; }

    [Setting(
        "How long a notification is retried until it fails. By default as long as the event of a subscription.",
        Least = "1s", Most = "365d", None = "auto")]
    public TimeSpan? MaxAge { get; init; }
}
