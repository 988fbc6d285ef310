using System.ComponentModel;
using Herald.Engine.Catalogs;
using Herald.Engine.Inspection;
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
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/topics/{topic}/events/{id}", EventAsync).RequireScope(Scopes.Read)
            .WithTags("look").WithName("getEvent").WithSummary(
            "Get an event with its deliveries and attempts")
            .WithDescription(
                "Returns the newest event with this id (percent-encoded). With the key, only one shard is searched. Without it, the "
                    + "newest events of all shards are searched for at most 2 s.");
        var one = routes.MapGroup("/v1/subscriptions/{id}").WithTags("look").RequireScope(Scopes.Read);
        one.MapGet("/deliveries", DeliveriesAsync).WithName("listDeliveries").WithSummary(
            "List the deliveries in memory that are not settled");
        one.MapGet("/lag", LagAsync).WithName("getLag").WithSummary("Get how far a subscription is behind");
        one.MapGet("/blocked-keys", BlockedKeysAsync).WithName("listBlockedKeys").WithSummary(
            "List keys that wait because the delivery of their oldest event failed");
    }

    private async Task<Results<Ok<EventStoryWire>, Problem>> EventAsync(
        string topic, string id, [Description("The key of the event.")] string? key, HttpContext context)
    {
        if (await catalog.FindTopicAsync(topic, context.RequestAborted) is not { } found)
            return CatalogProblem.NoTopic(topic);
        id = RawSegment.Last(context);
        var lookUp = await inspector.LookUpEventAsync(found, id, key, context.RequestAborted);
        if (lookUp.Story is { } story)
            return TypedResults.Ok(EventStoryWire.Of(story));
        return new Problem(
            ProblemKind.EventNotFound,
            lookUp.IsCutShort ? "The event is not among the newest ones, and the search stopped before it had seen all of them. Give the event's key; then Herald finds it at once."
                : "No event with this id was accepted, or it is older than the time for which Herald remembers ids.");
    }

    private async Task<Results<Ok<ListWire<DeliveryWire>>, Problem>> DeliveriesAsync(
        string id, [AsParameters] PageQuery page, HttpContext context)
    {
        if (await catalog.FindSubscriptionAsync(id, context.RequestAborted) is null)
            return CatalogProblem.NoSubscription(id);
        var found = await inspector.DeliveriesAsync(id, page.Size, page.Cursor, context.RequestAborted);
        return TypedResults.Ok(
            new ListWire<DeliveryWire> { Items = [.. found.Items.Select(DeliveryWire.Of)], NextCursor = found.NextCursor });
    }

    private async Task<Results<Ok<LagWire>, Problem>> LagAsync(string id, HttpContext context) =>
        await inspector.LagAsync(id, context.RequestAborted) is { } lag
            ? TypedResults.Ok(LagWire.Of(lag))
            : CatalogProblem.NoSubscription(id);

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
