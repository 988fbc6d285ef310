using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Hosting;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Hosting;

/// <summary>Keeps the subscriptions that send notifications equal to the settings.</summary>
/// <remarks>
/// Settings own the endpoint, the filter and the reports; operators own limits, retry and pause once a subscription exists. A subscription
/// whose destination is gone from the settings is not deleted: it still sends what it has, and gets nothing new.
/// </remarks>
internal sealed class NotificationSubscriptions(Catalog catalog, ILogger logger)
{
    /// <summary>Maximum tries when other nodes change the same subscription first.</summary>
    private const int Tries = 5;

    /// <exception cref="ServerStartException">The settings are not possible; the message names them.</exception>
    public async ValueTask KeepAsync(NotificationsOptions options, CancellationToken cancel)
    {
        var all = WantedSubscription.All(options).ToList();
        var broken = all.Where(one => one.IsWanted).SelectMany(one => catalog.Check(one.ToDraft()).Select(problem => Describe(one, problem)));
        if (broken.Distinct().ToList() is { Count: > 0 } lines)
            throw new ServerStartException(string.Join(Environment.NewLine, lines));
        foreach (var one in all)
            await KeepAsync(one, cancel);
    }

    private async ValueTask KeepAsync(WantedSubscription wanted, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            var present = await catalog.FindSubscriptionAsync(wanted.Id, cancel);
            if (present is null && !wanted.IsWanted)
                return;
            if (present is { IsDamaged: true })
            {
                logger.LogError(
                    "Subscription {Id} is damaged and sends nothing. Written anew, it sends all kept notifications again, so Herald leaves that "
                        + "to you: PUT /v1/subscriptions/{Id}, or delete it and start again.",
                    wanted.Id, wanted.Id);
                return;
            }
            // There are no sends before the subscription: the door opens after this.
            var result = present is null
                ? await catalog.PutSubscriptionAsync(wanted.ToDraft(), new StartFrom.Now(), 0, cancel)
                : await catalog.PutSubscriptionAsync(wanted.ToDraft(present), new StartFrom.Now(), present.Version, cancel);
            if (result.Outcome == CatalogOutcome.VersionMismatch && tries < Tries)
                continue;
            if (!result.Done)
            {
                throw new ServerStartException(
                    $"{wanted.Setting}: subscription {wanted.Id} could not be {(present is null ? "created" : "changed")}: {result.Detail}");
            }
            Tell(wanted, present, result);
            return;
        }
    }

    private void Tell(WantedSubscription wanted, Subscription? present, CatalogResult<Subscription> result)
    {
        if (result.Outcome == CatalogOutcome.Created)
            logger.LogInformation("Subscription {Id} was created: notifications go to {Endpoint} ({Setting}).", wanted.Id, wanted.Endpoint, wanted.Setting);
        if (result.Outcome != CatalogOutcome.Updated || present is null)
            return;
        var before = present.Endpoint.Address.OriginalString;
        if (!wanted.IsWanted)
        {
            logger.LogWarning(
                "{Setting} is no longer set, so subscription {Id} gets no more notifications. It still sends to {Endpoint} what it has; delete it "
                    + "when nothing waits there.",
                wanted.Setting, wanted.Id, before);
        }
        else if (before != wanted.Endpoint)
        {
            logger.LogWarning(
                "Subscription {Id} now sends to {Endpoint} instead of {Before}, as {Setting} says. What waits goes there too.",
                wanted.Id, wanted.Endpoint, before, wanted.Setting);
        }
        if (wanted.IsWanted && !present.Filter.Equals(wanted.Filter))
            logger.LogWarning("The filter of subscription {Id} was changed to that of the settings ({Setting}).", wanted.Id, wanted.Setting);
        if (present.Reports != WantedSubscription.Reports)
        {
            logger.LogWarning(
                "Subscription {Id} did not report to topic {Topic}, and does now. Notifications that it sent meanwhile stay NOT_PROCESSED.",
                wanted.Id, NotificationEvents.Topic);
        }
    }

    private static string Describe(WantedSubscription wanted, FieldProblem problem)
    {
        var name = problem.Pointer[(problem.Pointer.LastIndexOf('/') + 1)..];
        var setting = wanted.Id == WantedSubscription.Outstanding ? wanted.Setting : $"{wanted.Setting}.{name}";
        return $"{setting} = '{problem.Value}': {problem.Rule}";
    }
}
