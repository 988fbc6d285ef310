using System.Text.Json.Serialization.Metadata;
using Herald.Alarms.Inspection;
using Herald.Engine;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Herald.Alarms;

/// <summary>What a server has of the alarms application: its topics, the subscription that sends digests, and its addresses.</summary>
/// <param name="cluster">Of NATS, where digests are sent; null when nobody but those who subscribe by themselves is to have them.</param>
public sealed class AlarmsPart(AlarmsOptions options, string? cluster) : IServerPart
{
    /// <summary>The subscription that sends digests. Once it is there, it is the administrator's.</summary>
    public const string SubscriptionId = "alarm-digests-nats";

    private HeraldEngine? _engine;

    public IJsonTypeInfoResolver Wire => AlarmsWire.Default;

    public async ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
    {
        _engine = engine;
        if (options.MaxDigestBytes > engine.Intake.Options.MaxPayloadBytes)
            throw new ServerStartException($"alarms.maxDigestBytes = '{options.MaxDigestBytes}': A payload has at most {engine.Intake.Options.MaxPayloadBytes} bytes.");
        await engine.Catalog.PutTopicAsync(AlarmEvents.Topic, cancel);
        await engine.Catalog.PutTopicAsync(AlarmEvents.DigestTopic, cancel);
        if (cluster is not null && await engine.Catalog.FindSubscriptionAsync(SubscriptionId, cancel) is null)
            await SubscribeAsync(engine, $"nats://{cluster}/{AlarmEvents.Digest}", cancel);
    }

    public void Map(IEndpointRouteBuilder routes) => new UserEndpoints(_engine!).Map(routes);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async ValueTask SubscribeAsync(HeraldEngine engine, string endpoint, CancellationToken cancel)
    {
        var draft = new SubscriptionDraft { Id = SubscriptionId, Topic = AlarmEvents.DigestTopic, Endpoint = endpoint, Description = "Digests of alarms." };
        // From the first one: digests may have been made before there was anybody to send them. Another node may be faster: then it is there.
        var result = await engine.Catalog.PutSubscriptionAsync(draft, new StartFrom.Earliest(), 0, cancel);
        if (!result.Done && result.Outcome != CatalogOutcome.VersionMismatch)
            throw new ServerStartException($"The subscription {SubscriptionId} to '{endpoint}' was refused: {result.Detail}");
    }
}
