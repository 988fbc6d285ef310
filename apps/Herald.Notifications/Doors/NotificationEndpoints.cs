using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Notifications.Posts;
using Herald.Notifications.Reading;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Doors;

/// <summary>
/// <c>/v1/notifications</c>: posts, statuses, lists and counts. <c>/notification</c> and <c>/notifications</c> are the same addresses for
/// callers that know only these. <see cref="NotificationActions"/> has the orders.
/// </summary>
internal sealed class NotificationEndpoints(
    PostHandler door, NotificationFinder finder, StatusList list, StatusCounts counts, bool isKafka, ILogger logger)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        var notifications = routes.MapGroup("/v1/notifications").WithTags("notifications");
        Post(notifications, "").WithName("postNotification").WithSummary("Post notifications")
            .WithDescription(
                """
                One notification (a JSON object), an array, or one notification per line (application/x-ndjson).
                One: 201 when it is new and durable, 200 when the same one was posted before, with its status of now, 409 when its uuid was
                used for another content. Many: 201 when all are new, 200 when some were known, 207 when some are refused, 400 when all are.
                503: it is not known what is durable; post it again with the same uuid. POST /notification and POST /notifications are the same.
                """)
            .Accepts<NewNotificationWire>(MediaTypes.Json, MediaTypes.LinesOfJson)
            .Produces<PostedWire>(StatusCodes.Status200OK)
            .Produces<PostedWire>(StatusCodes.Status201Created)
            .Produces<BulkWire>(StatusCodes.Status207MultiStatus)
            .Produces<ProblemWire>(StatusCodes.Status409Conflict, Problem.ContentType)
            .Produces<ProblemWire>(StatusCodes.Status413PayloadTooLarge, Problem.ContentType)
            .Produces<ProblemWire>(StatusCodes.Status415UnsupportedMediaType, Problem.ContentType)
            .Produces<ProblemWire>(StatusCodes.Status503ServiceUnavailable, Problem.ContentType);
        notifications.MapGet("", ListAsync).RequireScope(Scopes.Read).WithName("listNotifications")
            .WithSummary("List notifications, newest first")
            .WithDescription("A page can have fewer items than its limit, and still not be the last one. GET /notifications is the same.");
        notifications.MapGet("/counts", CountAsync).RequireScope(Scopes.Read).WithName("countNotifications")
            .WithSummary("Count notifications by destination and status");
        notifications.MapGet("/{uuid}", GetAsync).RequireScope(Scopes.Read).WithName("getNotification")
            .WithSummary("Get a notification and what has become of it")
            .WithDescription("GET /notification/{uuid} is the same.");

        var old = routes.MapGroup("").WithTags("notifications").ExcludeFromDescription();
        Post(old, "/notification");
        Post(old, "/notifications");
        old.MapGet("/notifications", ListAsync).RequireScope(Scopes.Read);
        old.MapGet("/notification/{uuid}", GetAsync).RequireScope(Scopes.Read);
    }

    private RouteHandlerBuilder Post(RouteGroupBuilder group, string path) =>
        // With one parameter it would be a plain request delegate, which the API's description leaves out.
        group.MapPost(path, (HttpContext context, CancellationToken _) => door.HandleAsync(context)).RequireScope(Scopes.Publish);

    private async Task<Results<Ok<NotificationWire>, Problem>> GetAsync(string uuid, CancellationToken cancel)
    {
        if (!PostUuid.TryParse(uuid, out var wanted))
            return NotificationsProblem.NoUuid(uuid);
        try
        {
            return await finder.FindAsync(wanted, cancel) is { } row
                ? TypedResults.Ok(NotificationWire.Of(row))
                : NotificationsProblem.NotFound(wanted, isKafka);
        }
        catch (InvalidDataException damage)
        {
            logger.LogError("Notification {Uuid:D} cannot be read: {Damage}", wanted, damage.Message);
            return NotificationsProblem.Damaged(wanted);
        }
    }

    private async Task<Results<Ok<ListWire<NotificationWire>>, Problem>> ListAsync(
        [AsParameters] NotificationQuery filter, [AsParameters] PageQuery page, CancellationToken cancel)
    {
        var (query, problem) = filter.Read(page);
        if (query is null)
            return problem!;
        try
        {
            var found = await list.ListAsync(query, cancel);
            return TypedResults.Ok(new ListWire<NotificationWire>
            {
                Items = [.. found.Items.Select(NotificationWire.Of)],
                NextCursor = found.NextCursor?.ToText(),
            });
        }
        catch (InvalidDataException damage)
        {
            return DamagedPart(damage);
        }
    }

    private async Task<Results<Ok<CountsWire>, Problem>> CountAsync(CancellationToken cancel)
    {
        try
        {
            return TypedResults.Ok(CountsWire.Of(await counts.CountAsync(cancel)));
        }
        catch (InvalidDataException damage)
        {
            return DamagedPart(damage);
        }
    }

    private Problem DamagedPart(InvalidDataException damage)
    {
        logger.LogError("Notifications cannot be listed or counted: {Damage}", damage.Message);
        return NotificationsProblem.DamagedPart();
    }
}
