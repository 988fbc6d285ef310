using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Hosting;

namespace Herald.Notifications.Hosting;

/// <summary>
/// Creates the topics of the application and closes them. Otherwise a caller who may publish could write results and records past the door.
/// </summary>
internal static class NotificationTopics
{
    public static readonly IReadOnlyList<string> All =
        [NotificationEvents.Topic, NotificationEvents.RecipientsTopic, NotificationEvents.SendsTopic];

    public static async ValueTask EnsureAsync(Catalog catalog, CancellationToken cancel)
    {
        foreach (var name in All)
            await EnsureAsync(catalog, name, cancel);
    }

    private static async ValueTask EnsureAsync(Catalog catalog, string name, CancellationToken cancel)
    {
        while (await catalog.EnsureTopicAsync(name, cancel) is { IsClosed: false } topic)
        {
            var labels = topic.Labels.With(Topic.ClosedLabel, "notifications");
            var result = await catalog.PutTopicAsync(name, labels, topic.Version, cancel);
            if (result.Outcome == CatalogOutcome.Refused)
                throw new ServerStartException($"Topic {name} cannot be closed: {result.Detail} Remove a label from it.");
            // Another node can have changed it meanwhile.
            await catalog.CatchUpAsync(cancel);
        }
    }
}
