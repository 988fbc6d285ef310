using System.ComponentModel;
using Herald.Engine;
using Herald.Engine.Catalogs;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Topics;

/// <summary><c>/v1/topics</c></summary>
internal sealed class TopicEndpoints(Catalog catalog)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        var topics = routes.MapGroup("/v1/topics").WithTags("topics");
        topics.MapGet("", ListAsync).RequireScope(Scopes.Read).WithName("listTopics").WithSummary("List topics by name");
        topics.MapPut("/{topic}", PutAsync).RequireScope(Scopes.Admin).WithName("putTopic").WithSummary("Create a topic")
            .WithDescription(
                "The request can be repeated: 201 for a new topic, then 200. With If-None-Match: * an existing "
                    + "topic is answered with 412.");
        topics.MapGet("/{topic}", GetAsync).RequireScope(Scopes.Read).WithName("getTopic").WithSummary("Get a topic");
        topics.MapDelete("/{topic}", DeleteAsync).RequireScope(Scopes.Admin).WithName("deleteTopic").WithSummary("Delete a topic")
            .WithDescription("A topic that has subscriptions is answered with 409. With force=true they are deleted too.");
    }

    private async Task<Ok<ListWire<TopicWire>>> ListAsync([AsParameters] PageQuery page, CancellationToken cancel)
    {
        var found = await catalog.TopicsAsync(page.Size, page.NameCursor, cancel);
        return TypedResults.Ok(new ListWire<TopicWire> { Items = [.. found.Items.Select(TopicWire.Of)], NextCursor = found.NextCursor });
    }

    private async Task<Results<Created<TopicWire>, Ok<TopicWire>, Problem>> PutAsync(string topic, HttpContext context)
    {
        var (_, problem) = EntityTag.Condition(context.Request, (await catalog.FindTopicAsync(topic, context.RequestAborted))?.Version);
        if (problem is not null)
            return problem;
        var result = await catalog.PutTopicAsync(topic, context.RequestAborted);
        if (!result.Done)
            return CatalogProblem.Of(result, ProblemKind.TopicNotFound);
        var wire = TopicWire.Of(result.Value!);
        context.Response.Headers.ETag = EntityTag.Of(wire.Version);
        return result.Outcome == CatalogOutcome.Created ? TypedResults.Created($"/v1/topics/{wire.Name}", wire) : TypedResults.Ok(wire);
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
        var present = await catalog.FindTopicAsync(topic, context.RequestAborted);
        if (present is null)
            return CatalogProblem.NoTopic(topic);
        var (_, problem) = EntityTag.Condition(context.Request, present.Version);
        if (problem is not null)
            return problem;
        var result = await catalog.DeleteTopicAsync(topic, force == "true", context.RequestAborted);
        return result.Done ? TypedResults.NoContent() : CatalogProblem.Of(result, ProblemKind.TopicNotFound);
    }
}
