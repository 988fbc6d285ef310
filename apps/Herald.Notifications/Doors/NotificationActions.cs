using System.Text;
using Herald.Engine;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Notifications.Posts;
using Herald.Notifications.Statuses;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Doors;

/// <summary><c>/v1/notifications/{uuid}/…</c>: send again, and take the result of another program.</summary>
internal sealed class NotificationActions(HeraldEngine engine, NotificationFinder finder, TimeProvider time, bool isKafka, ILogger logger)
{
    private const int MostDetailBytes = Row.MostWordsBytes;

    public void Map(IEndpointRouteBuilder routes)
    {
        var notification = routes.MapGroup("/v1/notifications/{uuid}").WithTags("notifications");
        notification.MapPost("/redrive", RedriveAsync).RequireScope(Scopes.Operate).WithName("redriveNotification")
            .WithSummary("Send a FAILED notification again")
            .WithDescription("It stays FAILED until it is sent. 409 when it is not FAILED, never came to a channel, or cannot be found there.");
        notification.MapPost("/result", ResultAsync).RequireScope(Scopes.Publish).WithName("putNotificationResult")
            .WithSummary("Say what became of a notification that another program sends")
            .WithDescription("202 for the first result, which counts. 200 for the same one again, 409 for another one.");
    }

    private async Task<Results<Accepted<PostedWire>, Problem>> RedriveAsync(string uuid, HttpContext context)
    {
        var (row, problem) = await FindAsync(uuid, context.RequestAborted);
        if (row is null)
            return problem!;
        if (row.Status != NotificationStatus.Failed)
            return NotificationsProblem.CannotRedrive(row.Uuid, $"It is {StatusText.Of(row.Status)}, and only a FAILED one is sent again.");
        if (row.DeadLetter is not { } letter)
        {
            return NotificationsProblem.CannotRedrive(
                row.Uuid, $"It never came to a channel ({row.Reason ?? "unknown"}). Post it anew, with another uuid.");
        }
        if (await engine.By(Callers.NameOf(context)).DeadLetters.RedriveAsync([letter], context.RequestAborted) == 0)
        {
            return NotificationsProblem.CannotRedrive(
                row.Uuid, "It is being sent again already, or its dead letter was discarded or removed by a limit.");
        }
        return TypedResults.Accepted((string?)null, PostedWire.Of(row.Uuid, row.Status));
    }

    private async Task<Results<Accepted<PostedWire>, Ok<PostedWire>, Problem>> ResultAsync(
        string uuid, Body<ResultBody> body, HttpContext context)
    {
        if (Check(body.Value) is { Count: > 0 } wrong)
            return Problem.Invalid(wrong);
        var (row, problem) = await FindAsync(uuid, context.RequestAborted);
        if (row is null)
            return problem!;
        if (!row.IsExternal)
            return NotificationsProblem.Internal(row.Uuid);
        var result = new ExternalResult(StatusText.Find(body.Value.Status)!.Value, body.Value.Detail);
        return row.Status is NotificationStatus.Processed or NotificationStatus.Failed
            ? await AgainAsync(row, result, context.RequestAborted)
            : await AppendAsync(row, result, context.RequestAborted);
    }

    private async ValueTask<Results<Accepted<PostedWire>, Ok<PostedWire>, Problem>> AppendAsync(
        Row row, ExternalResult result, CancellationToken cancel)
    {
        var topic = await finder.TopicAsync(cancel) ?? throw new StoreUnavailableException("The topic was deleted.");
        using var batch = engine.Intake.Rent(topic);
        var payload = result.ToPayload(time.GetUtcNow().ToUnixTimeMilliseconds());
        var draft = new EventDraft
        {
            Id = Encoding.UTF8.GetBytes(ExternalResult.IdOf(row.Uuid)),
            HasId = true,
            Key = Encoding.UTF8.GetBytes($"{row.Uuid:D}"),
            HasKey = true,
            Type = Encoding.UTF8.GetBytes(NotificationEvents.Result),
            Payload = payload,
        };
        if (batch.Add(draft) is { } broken)
            throw new InvalidOperationException($"A checked result is no event: {broken}");
        await engine.Intake.PublishAsync(batch, CancellationToken.None);
        return batch.Results[0].Verdict switch
        {
            Verdict.Accepted => TypedResults.Accepted((string?)null, PostedWire.Of(row.Uuid, row.Status)),
            // The time in the payload differs, so the same result again is a conflict for the store.
            Verdict.Duplicate or Verdict.Conflict => await AgainAsync(row, result, cancel),
            Verdict.NoRoom => NotificationsProblem.NoRoom(),
        };
    }

    /// <summary>There is a result already. The first one counts, and the same one again is only a repeat.</summary>
    private async ValueTask<Results<Accepted<PostedWire>, Ok<PostedWire>, Problem>> AgainAsync(
        Row row, ExternalResult result, CancellationToken cancel)
    {
        var first = await finder.FindEventAsync($"{row.Uuid:D}", ExternalResult.IdOf(row.Uuid), cancel) is { } stored
            ? ExternalResult.Read(stored.Payload)
            // The store has forgotten the event, so the row is all that is left of it.
            : new ExternalResult(row.Status, result.Detail);
        return first == result
            ? TypedResults.Ok(PostedWire.Of(row.Uuid, result.Status))
            : NotificationsProblem.Settled(row.Uuid, first.Status);
    }

    private static ProblemList Check(ResultBody body)
    {
        var found = new ProblemList();
        if (StatusText.Find(body.Status) is not (NotificationStatus.Processed or NotificationStatus.Failed))
            found.Add(Engine.Basics.FieldProblem.Of("/status", body.Status, "Write PROCESSED or FAILED."));
        if (body.Detail is { } detail && Encoding.UTF8.GetByteCount(detail) > MostDetailBytes)
            found.Add(Engine.Basics.FieldProblem.Of("/detail", detail, $"At most {MostDetailBytes} bytes of UTF-8."));
        return found;
    }

    private async ValueTask<(Row? Row, Problem? Problem)> FindAsync(string uuid, CancellationToken cancel)
    {
        if (!PostUuid.TryParse(uuid, out var wanted))
            return (null, NotificationsProblem.NoUuid(uuid));
        try
        {
            return await finder.FindAsync(wanted, cancel) is { } row ? (row, null) : (null, NotificationsProblem.NotFound(wanted, isKafka));
        }
        catch (InvalidDataException damage)
        {
            logger.LogError("Notification {Uuid:D} cannot be read: {Damage}", wanted, damage.Message);
            return (null, NotificationsProblem.Damaged(wanted));
        }
    }
}
