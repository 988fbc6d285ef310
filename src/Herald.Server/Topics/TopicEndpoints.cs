using System.ComponentModel;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Server.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Topics;

/// <summary><c>/v1/topics</c></summary>
internal sealed class TopicEndpoints(Catalog catalog, BodyBudget budget)
{
    /// <summary>Maximum tries of a change without If-Match when other changes come first.</summary>
    private const int Tries = 5;

    public void Map(IEndpointRouteBuilder routes)
    {
        var topics = routes.MapGroup("/v1/topics").WithTags("topics");
        topics.MapGet("", ListAsync).RequireScope(Scopes.Read).WithName("listTopics").WithSummary("List topics by name");
        topics.MapPut("/{topic}", PutAsync).RequireScope(Scopes.Admin).WithName("putTopic").WithSummary("Create a topic")
            .WithDescription(
                "The request can be repeated: 201 for a new topic, then 200. With If-None-Match: * an existing "
                    + "topic is answered with 412. The body is optional; labels in it replace those of an existing topic.")
            .Accepts<TopicBody>(isOptional: true, MediaTypes.Json);
        topics.MapGet("/{topic}", GetAsync).RequireScope(Scopes.Read).WithName("getTopic").WithSummary("Get a topic");
        topics.MapPatch("/{topic}", PatchAsync).RequireScope(Scopes.Admin)
            .WithName("patchTopic").WithSummary("Change the labels of a topic")
            .WithDescription("A JSON merge patch (RFC 7396): null removes a label.")
            .Accepts<TopicBody>(MediaTypes.MergePatch, MediaTypes.Json);
        topics.MapDelete("/{topic}", DeleteAsync).RequireScope(Scopes.Admin).WithName("deleteTopic").WithSummary("Delete a topic")
            .WithDescription("A topic that has subscriptions is answered with 409. With force=true they are deleted too.");
    }

    private async Task<Ok<ListWire<TopicWire>>> ListAsync(
        [AsParameters] PageQuery page, [AsParameters] LabelQuery labels, CancellationToken cancel)
    {
        var found = await catalog.TopicsAsync(labels.Wanted, page.Size, page.NameCursor, cancel);
        return TypedResults.Ok(new ListWire<TopicWire> { Items = [.. found.Items.Select(TopicWire.Of)], NextCursor = found.NextCursor });
    }

    private async Task<Results<Created<TopicWire>, Ok<TopicWire>, Problem>> PutAsync(string topic, HttpContext context)
    {
        var body = await ReadAsync(context);
        var present = await FindNowAsync(topic, context.RequestAborted);
        var (version, mismatch) = EntityTag.Condition(context.Request, present?.Version);
        if (mismatch is not null)
            return mismatch;
        var (result, problem) = await WriteAsync(topic, body, present, version, context.RequestAborted);
        if (problem is not null)
            return problem;
        var wire = TopicWire.Of(result!.Value!);
        context.Response.Headers.ETag = EntityTag.Of(wire.Version);
        return result.Outcome == CatalogOutcome.Created ? TypedResults.Created($"/v1/topics/{wire.Name}", wire) : TypedResults.Ok(wire);
    }

    /// <summary>A change must not be judged by the topic that this node remembers: it can be a second old.</summary>
    private async ValueTask<Topic?> FindNowAsync(string topic, CancellationToken cancel)
    {
        await catalog.CatchUpAsync(cancel);
        return await catalog.FindTopicAsync(topic, cancel);
    }

    /// <summary>The body is optional: most topics have no labels.</summary>
    private async ValueTask<TopicBody> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return new();
        using var json = await JsonBody.ReadAsync(context.Request, MediaType.Json, budget);
        return JsonBody.To<TopicBody>(json.RootElement, WireJson.Options);
    }

    private async ValueTask<(CatalogResult<Topic>?, Problem?)> WriteAsync(
        string topic, TopicBody body, Topic? present, long? version, CancellationToken cancel)
    {
        var found = new ProblemList();
        var labels = body.Labels is null ? null : LabelMapping.ToLabels(body.Labels, present?.Labels ?? TextMap.Empty, found);
        if (found.Count > 0)
            return (null, Problem.Invalid(found));
        // A closed topic stays closed: an application relies on it.
        if (present is { IsClosed: true } && labels is not null)
            labels = labels.With(Topic.ClosedLabel, present.Labels.Find(Topic.ClosedLabel)!);
        var result = await catalog.PutTopicAsync(topic, labels, version, cancel);
        return result is { Done: true, Value: not null } ? (result, null) : (null, CatalogProblem.Of(result, ProblemKind.TopicNotFound));
    }

    private async Task<Results<Ok<TopicWire>, Problem>> PatchAsync(string topic, HttpContext context)
    {
        var patch = await MergePatch.ReadAsync(context.Request, budget);
        for (var tries = 1; ; tries++)
        {
            if (await FindNowAsync(topic, context.RequestAborted) is not { } present)
                return CatalogProblem.NoTopic(topic);
            var (_, mismatch) = EntityTag.Condition(context.Request, present.Version);
            if (mismatch is not null)
                return mismatch;
            var body = MergePatch.ApplyTo(new TopicBody { Labels = LabelMapping.ToWire(present.Labels) }, patch);
            // No labels in the result of the patch means none, not those that are there.
            body.Labels ??= [];
            var (result, problem) = await WriteAsync(topic, body, present, present.Version, context.RequestAborted);
            if (problem?.Kind == ProblemKind.VersionMismatch && context.Request.Headers.IfMatch.Count == 0 && tries < Tries)
                continue;
            if (problem is not null)
                return problem;
            context.Response.Headers.ETag = EntityTag.Of(result!.Value!.Version);
            return TypedResults.Ok(TopicWire.Of(result.Value));
        }
    }

    private async Task<Results<Ok<TopicWire>, StatusCodeHttpResult, Problem>> GetAsync(string topic, HttpContext context)
    {
        if (await catalog.FindTopicAsync(topic, context.RequestAborted) is not { } found)
            return CatalogProblem.NoTopic(topic);
        context.Response.Headers.ETag = EntityTag.Of(found.Version);
        if (EntityTag.IsKnown(context.Request, found.Version))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(TopicWire.Of(found));
    }

    private async Task<Results<NoContent, Problem>> DeleteAsync(
        string topic, [Description("true: delete the subscriptions too.")] string? force, HttpContext context)
    {
        if (force is not (null or "true" or "false"))
            return Problem.Invalid("?force", force, "Must be true or false.");
        var present = await FindNowAsync(topic, context.RequestAborted);
        if (present is null)
            return CatalogProblem.NoTopic(topic);
        var (version, problem) = EntityTag.Condition(context.Request, present.Version);
        if (problem is not null)
            return problem;
        var result = await catalog.DeleteTopicAsync(topic, force == "true", version, context.RequestAborted);
        return result.Done ? TypedResults.NoContent() : CatalogProblem.Of(result, ProblemKind.TopicNotFound);
    }
}
