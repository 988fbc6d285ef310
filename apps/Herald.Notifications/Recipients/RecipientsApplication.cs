using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Notifications.Metrics;
using Herald.Notifications.Posts;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Recipients;

/// <summary>Keeps what recipients have said, and decides when notifications go to them, or that they do not.</summary>
internal sealed class RecipientsApplication(NotificationsOptions options, NotificationsMetrics metrics, ILogger logger) : IApplication
{
    public const string StateName = "notification-recipients";

    public string Name => StateName;

    public string Topic => NotificationEvents.RecipientsTopic;

    public IShardApplication Begin(ShardId shard) => new RecipientsShard(options, RulesOf(options), metrics, logger);

    internal static StageRules RulesOf(NotificationsOptions options) => new(
        PostNames.Destinations
            .Select(one => (Destination: one, Limit: options.Limits.GetValueOrDefault(PostNames.CanonicalOf(one))))
            .Where(one => one.Limit?.Most is not null)
            .ToDictionary(one => one.Destination, one => new RateLimit(one.Limit!.Most!.Value, one.Limit.Within, one.Limit.Then)),
        options.MaxDelay);
}
