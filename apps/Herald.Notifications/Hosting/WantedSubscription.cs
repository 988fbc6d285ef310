using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Messages;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Hosting;

/// <summary>A subscription to the sends, as the settings want it.</summary>
/// <param name="Setting">The setting that says so, for messages.</param>
/// <param name="Endpoint">Null for one that the settings do not have any more: it keeps its endpoint and gets nothing new.</param>
internal sealed record WantedSubscription(string Id, string Setting, string? Endpoint, Filter Filter)
{
    public const string Outstanding = "notifications-outstanding";

    public const string DestinationAttribute = "destination", PriorityAttribute = "priority";

    private const string Normal = "normal", High = "high";

    public static readonly ReportRequest Reports = new(NotificationEvents.Topic, ReportKinds.Ends);

    /// <summary>No send has this destination.</summary>
    private static readonly Filter Nothing = new([new(DestinationAttribute, false, ["none"])]);

    public RetryPolicy Retry { get; private init; } = RetryPolicy.Default;

    public DeliveryLimits Limits { get; private init; } = DeliveryLimits.Default;

    public bool IsWanted => Endpoint is not null;

    /// <summary>
    /// All subscriptions that there can be. Those that get events come first, so that no send falls between two of them.
    /// </summary>
    public static IEnumerable<WantedSubscription> All(NotificationsOptions options)
    {
        var own = PostNames.Destinations.SelectMany(destination => OfDestination(destination, options));
        return own.Append(OfOthers(options)).OrderBy(one => one.IsWanted ? 0 : 1);
    }

    /// <summary>Normal and high traffic of a destination have windows, permits and lanes of their own, so that high passes the other.</summary>
    private static IEnumerable<WantedSubscription> OfDestination(Destination destination, NotificationsOptions options)
    {
        var name = PostNames.CanonicalOf(destination);
        var setting = $"notifications.destinations.{name}";
        foreach (var priority in (string[])[Normal, High])
        {
            var id = priority == High ? $"notifications-{name}-high" : $"notifications-{name}";
            if (!options.Destinations.TryGetValue(name, out var one) || one.Endpoint is not { } endpoint)
            {
                yield return new(id, setting, null, Nothing);
                continue;
            }
            // Filters are sorted by the names of the attributes.
            var filter = new Filter([new(DestinationAttribute, false, [name]), new(PriorityAttribute, false, [priority])]);
            yield return new(id, setting, endpoint.OriginalString, filter)
            {
                Limits = DeliveryLimits.Default with
                {
                    MaxInFlight = one.MaxInFlight ?? DeliveryLimits.Default.MaxInFlight,
                    RatePerSecond = one.RatePerSecond,
                    Timeout = one.Timeout ?? DeliveryLimits.Default.Timeout,
                },
                Retry = RetryPolicy.Default with { MaxAge = one.MaxAge ?? RetryPolicy.Default.MaxAge },
            };
        }
    }

    private static WantedSubscription OfOthers(NotificationsOptions options)
    {
        var names = PostNames.Destinations.Select(PostNames.CanonicalOf)
            .Where(name => options.Destinations.TryGetValue(name, out var one) && one.External).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0
            ? new(Outstanding, "notifications.destinations", null, Nothing)
            : new(
                Outstanding, "notifications.kafkaCluster", $"kafka://{options.KafkaCluster}/{options.KafkaOutstanding}",
                new([new(DestinationAttribute, false, names)]));
    }

    /// <summary>A subscription that does not exist yet.</summary>
    public SubscriptionDraft ToDraft() => new()
    {
        Id = Id,
        Topic = NotificationEvents.SendsTopic,
        Endpoint = Endpoint!,
        Description = "Sends notifications. The settings of notifications own its endpoint, filter and reports.",
        Filter = Filter,
        Retry = Retry,
        Limits = Limits,
        Reports = Reports,
    };

    /// <summary>
    /// The present subscription with the endpoint, the filter and the reports of the settings. Limits, retry and the rest belong to
    /// operators.
    /// </summary>
    public SubscriptionDraft ToDraft(Subscription present)
    {
        var address = present.Endpoint.Address.OriginalString;
        return new()
        {
            Id = Id,
            Topic = NotificationEvents.SendsTopic,
            Endpoint = Endpoint ?? address,
            Settings = Endpoint is null || Endpoint == address ? present.Endpoint.Settings : Engine.Basics.TextMap.Empty,
            Description = present.Description,
            Labels = present.Labels,
            Filter = Filter,
            Retry = present.Retry,
            Limits = present.Limits,
            Reports = Reports,
            KeepsSecret = true,
        };
    }
}
