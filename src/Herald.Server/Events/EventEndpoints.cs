using System.ComponentModel;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Inspection;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Events;

/// <summary>The addresses that show events with their deliveries and attempts, and the outstanding work of a subscription.</summary>
internal sealed class EventEndpoints(Catalog catalog, Inspector inspector)
{
    private const int MostCompared = 10_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/topics/{topic}/events/{id}", EventAsync).RequireScope(Scopes.Read)
            .WithTags("look").WithName("getEvent").WithSummary(
            "Get an event with its deliveries and attempts")
            .WithDescription(
                "Returns the newest event with this id (percent-encoded). With the key, only one shard is searched. Without it, the "
                    + "newest events of all shards are searched for at most 2 s. With the subscription, the answer is about its delivery "
                    + "alone, and says why there is none.");
        routes.MapGet("/v1/messages/{id}", MessageAsync).RequireScope(Scopes.Read)
            .WithTags("look").WithName("getMessage").WithSummary("Get the event of a message that a receiver has seen")
            .WithDescription(
                "The id of a message (webhook-id, for example) is a hash. So the ids of the newest events are computed, for at most 2 s. "
                    + "The answer is about the delivery to the subscription alone.");
        var one = routes.MapGroup("/v1/subscriptions/{id}").WithTags("look").RequireScope(Scopes.Read);
        one.MapGet("/deliveries", DeliveriesAsync).WithName("listDeliveries").WithSummary(
            "List the deliveries in memory that are not settled");
        one.MapGet("/lag", LagAsync).WithName("getLag").WithSummary("Get how far a subscription is behind");
        one.MapGet("/blocked-keys", BlockedKeysAsync).WithName("listBlockedKeys").WithSummary(
            "List keys that wait because the delivery of their oldest event failed");
    }

    private async Task<Results<Ok<EventStoryWire>, Problem>> EventAsync(
        string topic, string id, [Description("The key of the event.")] string? key,
        [Description("Only the delivery to this subscription.")] string? subscription, HttpContext context)
    {
        if (await catalog.FindTopicAsync(topic, context.RequestAborted) is not { } found)
            return CatalogProblem.NoTopic(topic);
        if (subscription is not null && await catalog.FindSubscriptionAsync(subscription, context.RequestAborted) is null)
            return CatalogProblem.NoSubscription(subscription, FindNearest(found, subscription));
        id = RawSegment.Last(context);
        var lookUp = await inspector.LookUpEventAsync(found, id, key, subscription, context.RequestAborted);
        if (lookUp.Story is { } story)
            return TypedResults.Ok(EventStoryWire.Of(story));
        if (lookUp.Damage is { } damage)
            return new Problem(
                ProblemKind.EventDamaged,
                $"The event was accepted, but what is stored of it is damaged: {damage}. Publish it again with its id, or restore "
                    + "a backup.");
        return new Problem(
            ProblemKind.EventNotFound,
            lookUp.IsCutShort
                ? "The event is not among the newest ones, and the search stopped before it had seen all of them. Give the event's key; "
                    + "then Herald finds it at once."
                : $"No event with this id{(key is null ? "" : " and this key")} was accepted, or it is older than the time for which "
                    + "Herald remembers ids.");
    }

    private async Task<Results<Ok<EventStoryWire>, Problem>> MessageAsync(
        string id, [Description("The subscription that got the message; required.")] string? subscription, HttpContext context)
    {
        if (subscription is null)
            return Problem.Invalid("?subscription", "", "Name the subscription that got the message.");
        if (await catalog.FindSubscriptionAsync(subscription, context.RequestAborted) is not { } known)
            return CatalogProblem.NoSubscription(subscription);
        if (known.IsDamaged)
            return new Problem(ProblemKind.SubscriptionDamaged, $"Subscription '{subscription}' is {known.StatusReason}");
        var lookUp = await inspector.FindMessageAsync(subscription, id, context.RequestAborted);
        if (lookUp.Story is { } story)
            return TypedResults.Ok(EventStoryWire.Of(story));
        return new Problem(
            ProblemKind.EventNotFound,
            lookUp.IsCutShort
                ? "The message is not of one of the newest events, and the search stopped before it had seen all of them. Look for the "
                    + "event by its id, which the header herald-event-id has."
                : "No event that is still kept has this message id for the subscription.");
    }

    /// <summary>
    /// Only a hint, so it must cost little: the subscriptions that this node has in memory, and of very many only some, are compared.
    /// </summary>
    private string? FindNearest(Topic topic, string subscription) => SubscriptionRules.IsName(subscription)
        ? Nearest.Of(subscription, catalog.LoadedSubscriptions(topic).Select(one => one.Id).Take(MostCompared))
        : null;

    private async Task<Results<Ok<ListWire<DeliveryWire>>, Problem>> DeliveriesAsync(
        string id, [AsParameters] PageQuery page, HttpContext context)
    {
        if (await catalog.FindSubscriptionAsync(id, context.RequestAborted) is null)
            return CatalogProblem.NoSubscription(id);
        var found = await inspector.DeliveriesAsync(id, page.Size, page.Cursor, context.RequestAborted);
        return TypedResults.Ok(
            new ListWire<DeliveryWire> { Items = [.. found.Items.Select(DeliveryWire.Of)], NextCursor = found.NextCursor });
    }

    private async Task<Results<Ok<LagWire>, Problem>> LagAsync(
        string id, [Description("false: waiting is only an estimate, which costs less.")] bool? count, HttpContext context)
    {
        var lag = count == false
            ? await inspector.LagAsync(id, context.RequestAborted) : await inspector.CountedLagAsync(id, context.RequestAborted);
        return lag is null ? CatalogProblem.NoSubscription(id) : TypedResults.Ok(LagWire.Of(lag));
    }

    private async Task<Results<Ok<ListWire<BlockedKeyWire>>, Problem>> BlockedKeysAsync(
        string id, [AsParameters] PageQuery page, HttpContext context)
    {
        if (await catalog.FindSubscriptionAsync(id, context.RequestAborted) is null)
            return CatalogProblem.NoSubscription(id);
        var found = await inspector.BlockedKeysAsync(id, page.Size, page.Cursor, context.RequestAborted);
        return TypedResults.Ok(
            new ListWire<BlockedKeyWire> { Items = [.. found.Items.Select(BlockedKeyWire.Of)], NextCursor = found.NextCursor });
    }
}
