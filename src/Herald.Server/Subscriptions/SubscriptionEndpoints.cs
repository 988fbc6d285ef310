using System.Text.Json.Nodes;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Wire;
using Herald.Server.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Subscriptions;

/// <summary><c>/v1/subscriptions</c>: create, read, change and delete. Other actions are in <see cref="SubscriptionActions"/>.</summary>
internal sealed class SubscriptionEndpoints(Catalog catalog, TimeProvider time, BodyBudget budget)
{
    /// <summary>Maximum tries of a patch without If-Match when other changes come first.</summary>
    private const int PatchTries = 5;

    public void Map(IEndpointRouteBuilder routes)
    {
        var subscriptions = routes.MapGroup("/v1/subscriptions").WithTags("subscriptions");
        subscriptions.MapGet("", ListAsync).RequireScope(Scopes.Read).WithName("listSubscriptions").WithSummary("List subscriptions by id");
        subscriptions.MapPut("/{id}", PutAsync).RequireScope(Scopes.Subscribe)
            .WithName("putSubscription").WithSummary("Create or replace a subscription")
            .WithDescription(
                "The request can be repeated: 201 for a new subscription (with its secret), then 200. If-Match and "
                    + "If-None-Match: * are supported.");
        subscriptions.MapGet("/{id}", GetAsync).RequireScope(Scopes.Read).WithName("getSubscription").WithSummary("Get a subscription");
        subscriptions.MapPatch("/{id}", PatchAsync).RequireScope(Scopes.Subscribe)
            .WithName("patchSubscription").WithSummary("Change some fields of a subscription")
            .WithDescription(
                "A JSON merge patch (RFC 7396): null sets "
                    + "a field to its default.").Accepts<SubscriptionBody>(MediaTypes.MergePatch, MediaTypes.Json);
        subscriptions.MapDelete("/{id}", DeleteAsync).RequireScope(Scopes.Subscribe)
            .WithName("deleteSubscription").WithSummary("Delete a subscription and its backlog");
        routes.MapPost("/v1/topics/{topic}/subscriptions", PostAsync).RequireScope(Scopes.Subscribe)
            .WithTags("subscriptions").WithName("subscribe").WithSummary("Subscribe to a topic")
            .WithDescription("With an id the request can be repeated, like PUT /v1/subscriptions/{id}. Without an id Herald creates one.");
    }

    private async Task<Ok<ListWire<SubscriptionWire>>> ListAsync(
        [AsParameters] PageQuery page, [AsParameters] LabelQuery labels, string? topic, CancellationToken cancel)
    {
        var found = await catalog.SubscriptionsAsync(topic, labels.Wanted, page.Size, page.NameCursor, cancel);
        return TypedResults.Ok(new ListWire<SubscriptionWire> { Items = [.. found.Items.Select(s => SubscriptionMapping.ToWire(s))], NextCursor = found.NextCursor });
    }

    private async Task<Results<Ok<SubscriptionWire>, StatusCodeHttpResult, Problem>> GetAsync(string id, HttpContext context)
    {
        if (await catalog.FindSubscriptionAsync(id, context.RequestAborted) is not { } found)
            return CatalogProblem.NoSubscription(id);
        context.Response.Headers.ETag = EntityTag.Of(found.Version);
        if (EntityTag.IsKnown(context.Request, found.Version))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(SubscriptionMapping.ToWire(found));
    }

    private Task<Results<Created<SubscriptionWire>, Ok<SubscriptionWire>, Problem>> PutAsync(
        string id, Body<SubscriptionBody> body, HttpContext context) =>
        WriteAsync(id, body.Value, context);

    private Task<Results<Created<SubscriptionWire>, Ok<SubscriptionWire>, Problem>> PostAsync(
        string topic, Body<TopicSubscriptionBody> body, HttpContext context) =>
        WriteAsync(body.Value.Id ?? $"sub-{Guid.CreateVersion7(time.GetUtcNow()):N}", body.Value.On(topic), context);

    private async Task<Results<Created<SubscriptionWire>, Ok<SubscriptionWire>, Problem>> WriteAsync(
        string id, SubscriptionBody body, HttpContext context)
    {
        var present = await catalog.FindSubscriptionAsync(id, context.RequestAborted);
        var (version, mismatch) = EntityTag.Condition(context.Request, present?.Version);
        if (mismatch is not null)
            return mismatch;
        var (result, problem) = await WriteAsync(id, body, present, version, isPatch: false, context);
        if (problem is not null)
            return problem;
        var wire = Shown(result!, present);
        context.Response.Headers.ETag = EntityTag.Of(wire.Version);
        var created = result!.Outcome == CatalogOutcome.Created;
        return created ? TypedResults.Created($"/v1/subscriptions/{wire.Id}", wire) : TypedResults.Ok(wire);
    }

    private async ValueTask<(CatalogResult<Subscription>?, Problem?)> WriteAsync(
        string id, SubscriptionBody body, Subscription? present, long? version, bool isPatch, HttpContext context)
    {
        var found = new ProblemList();
        var draft = SubscriptionMapping.ToDraft(id, body, present?.Labels ?? TextMap.Empty, found) with { KeepsSecret = isPatch };
        var from = SubscriptionMapping.ToStart(body.From, found);
        if (found.Count > 0)
            return (null, Problem.Invalid(found));
        if (await FindClosedAsync(draft, present, context.RequestAborted) is { } closed)
            return (null, CatalogProblem.Closed(closed));
        var result = await catalog.By(Callers.NameOf(context)).PutSubscriptionAsync(draft, from, version, context.RequestAborted);
        return result.Done ? (result, null) : (null, CatalogProblem.Of(result, ProblemKind.TopicNotFound));
    }

    /// <summary>
    /// A closed topic that the draft would send events to. What an application has set stays possible, so that its subscriptions can be
    /// changed otherwise.
    /// </summary>
    private async ValueTask<string?> FindClosedAsync(SubscriptionDraft draft, Subscription? present, CancellationToken cancel)
    {
        var forward = draft.Retry.ForwardTo == present?.Retry.ForwardTo ? null : draft.Retry.ForwardTo;
        var reports = draft.Reports?.Topic == present?.Reports?.Topic ? null : draft.Reports?.Topic;
        foreach (var topic in (string?[])[forward, reports])
        {
            if (topic is not null && await catalog.FindTopicAsync(topic, cancel) is { IsClosed: true })
                return topic;
        }
        return null;
    }

    private async Task<Results<Ok<SubscriptionWire>, Problem>> PatchAsync(string id, HttpContext context)
    {
        var patch = await MergePatch.ReadAsync(context.Request, budget);
        for (var tries = 1; ; tries++)
        {
            if (await catalog.FindSubscriptionAsync(id, context.RequestAborted) is not { } present)
                return CatalogProblem.NoSubscription(id);
            var (_, mismatch) = EntityTag.Condition(context.Request, present.Version);
            if (mismatch is not null)
                return mismatch;
            var body = MergePatch.ApplyTo(SubscriptionMapping.ToBody(present), WithAddress(patch, present));
            var (result, problem) = await WriteAsync(id, body, present, present.Version, isPatch: true, context);
            if (problem?.Kind == ProblemKind.VersionMismatch && context.Request.Headers.IfMatch.Count == 0 && tries < PatchTries)
                continue;
            if (problem is not null)
                return problem;
            context.Response.Headers.ETag = EntityTag.Of(result!.Value!.Version);
            return TypedResults.Ok(Shown(result, present));
        }
    }

    /// <summary>A patch of the settings alone keeps the address, although an address without settings is shown as a text.</summary>
    private static JsonObject WithAddress(JsonObject patch, Subscription present)
    {
        if (patch["endpoint"] is not JsonObject endpoint || endpoint.ContainsKey("address"))
            return patch;
        var whole = patch.DeepClone().AsObject();
        whole["endpoint"]!["address"] = present.Endpoint.Address.OriginalString;
        return whole;
    }

    /// <summary>
    /// The secret is shown only when the subscription has just got one: when it is new, had an endpoint without a secret, or when
    /// Herald made another secret.
    /// </summary>
    private static SubscriptionWire Shown(CatalogResult<Subscription> result, Subscription? present)
    {
        var isNew = result.Outcome == CatalogOutcome.Created || result.HasNewSecret
            || (present is { IsDamaged: false, Endpoint.Secret: null });
        return SubscriptionMapping.ToWire(result.Value!, isNew ? result.Secrets : null);
    }

    private async Task<Results<NoContent, Problem>> DeleteAsync(string id, HttpContext context)
    {
        if (await catalog.FindSubscriptionAsync(id, context.RequestAborted) is not { } present)
            return CatalogProblem.NoSubscription(id);
        var (version, mismatch) = EntityTag.Condition(context.Request, present.Version);
        if (mismatch is not null)
            return mismatch;
        var result = await catalog.DeleteSubscriptionAsync(id, version, context.RequestAborted);
        return result.Done ? TypedResults.NoContent() : CatalogProblem.Of(result, ProblemKind.SubscriptionNotFound);
    }
}
