using Herald.Engine;
using Herald.Engine.Catalogs;
using Herald.Hosting;
using Herald.Hosting.Modules;

namespace Herald.Alarms.Hosting;

/// <summary>Creates the topics of the alarms application, and the subscription that sends digests.</summary>
/// <param name="cluster">The NATS cluster that digests are sent to; null when only other subscriptions receive them.</param>
internal sealed class AlarmsPart(AlarmsOptions options, string? cluster) : IServerPart
{
    /// <summary>The id of the subscription that sends digests. Once it exists, only administrators change it.</summary>
    public const string SubscriptionId = "alarm-digests-nats";

    public async ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
    {
        if (options.MaxDigestBytes > engine.Intake.Options.MaxPayloadBytes)
            throw new ServerStartException(
                $"alarms.maxDigestBytes = '{options.MaxDigestBytes}': A payload has at most {engine.Intake.Options.MaxPayloadBytes} "
                    + "bytes. Lower the value, or raise intake.maxPayloadBytes.");
        await engine.Catalog.EnsureTopicAsync(AlarmEvents.Topic, cancel);
        await engine.Catalog.EnsureTopicAsync(AlarmEvents.DigestTopic, cancel);
        if (cluster is not null && await engine.Catalog.FindSubscriptionAsync(SubscriptionId, cancel) is null)
            await SubscribeAsync(engine, $"nats://{cluster}/{AlarmEvents.Digest}", cancel);
    }

    private static async ValueTask SubscribeAsync(HeraldEngine engine, string endpoint, CancellationToken cancel)
    {
        var draft = new SubscriptionDraft { Id = SubscriptionId, Topic = AlarmEvents.DigestTopic, Endpoint = endpoint, Description = "Digests of alarms." };
        // It starts at the first event, because digests can be older than the subscription. A version mismatch means that another node has
        // created it.
        var result = await engine.Catalog.PutSubscriptionAsync(draft, new StartFrom.Earliest(), 0, cancel);
        if (!result.Done && result.Outcome != CatalogOutcome.VersionMismatch)
            throw new ServerStartException($"Subscription {SubscriptionId} to '{endpoint}' could not be created: {result.Detail}");
    }
}
