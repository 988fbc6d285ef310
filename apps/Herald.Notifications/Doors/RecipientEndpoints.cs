using System.Text;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Messages;
using Herald.Notifications.Reading;
using Herald.Notifications.Recipients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Notifications.Doors;

/// <summary><c>/v1/recipients</c>: records of persons and addresses. <see cref="SuppressionEndpoints"/> has the suppressed ones.</summary>
internal sealed class RecipientEndpoints(
    RecipientReader view, RecipientEvents events, IReadOnlyDictionary<Destination, IRecipientCheck> checks, BodyBudget budget)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        var recipients = routes.MapGroup("/v1/recipients").WithTags("recipients");
        recipients.MapPut("/{recipient}", PutAsync).RequireScope(Scopes.Subscribe).WithName("putRecipient")
            .WithSummary("Set the record of a recipient")
            .WithDescription(
                "201 for a new record, then 200. It is durable, and in force for notifications that are posted after the answer. The "
                    + "recipient is percent-encoded: user:NAME, or an address such as email:anna%40example.com.")
            .Accepts<RecipientBodyWire>(MediaTypes.Json);
        recipients.MapGet("/{recipient}", GetAsync).RequireScope(Scopes.Read).WithName("getRecipient")
            .WithSummary("Get the record of a recipient");
        recipients.MapDelete("/{recipient}", DeleteAsync).RequireScope(Scopes.Subscribe).WithName("deleteRecipient")
            .WithSummary("Delete the record of a recipient").WithDescription("A suppression of the recipient stays. Also 204 when there is no record.");
    }

    private async Task<Results<Created<RecipientWire>, Ok<RecipientWire>, Problem>> PutAsync(string recipient, HttpContext context)
    {
        var (key, problem) = Read(context);
        if (key is null)
            return problem!;
        using var json = await JsonBody.ReadAsync(context.Request, MediaType.Json, budget);
        var (record, wrong) = RecipientRecordReader.Read(Encoding.UTF8.GetBytes(json.RootElement.GetRawText()), key, checks);
        if (record is null)
            return Problem.Invalid(wrong);
        var isThere = await view.FindRecordAsync(key, context.RequestAborted) is not null;
        if (await events.RecordAsync(key, record, context.RequestAborted) is { } refused)
            return refused;
        var wire = RecipientWire.Of(key, record);
        return isThere ? TypedResults.Ok(wire) : TypedResults.Created($"/v1/recipients/{Uri.EscapeDataString(key.Text)}", wire);
    }

    private async Task<Results<Ok<RecipientWire>, Problem>> GetAsync(string recipient, HttpContext context)
    {
        var (key, problem) = Read(context);
        if (key is null)
            return problem!;
        return await view.FindRecordAsync(key, context.RequestAborted) is { } record
            ? TypedResults.Ok(RecipientWire.Of(key, record))
            : NotificationsProblem.NotFound(key);
    }

    private async Task<Results<NoContent, Problem>> DeleteAsync(string recipient, HttpContext context)
    {
        var (key, problem) = Read(context);
        if (key is null)
            return problem!;
        // What was said a moment ago may not be in the view yet, so it is not asked.
        return await events.RecordAsync(key, null, context.RequestAborted) is { } refused ? refused : TypedResults.NoContent();
    }

    /// <summary>A recipient can contain any character, including a slash.</summary>
    internal static (RecipientKey? Key, Problem? Problem) Read(HttpContext context)
    {
        var (key, problem) = RecipientKey.Parse(RawSegment.Last(context));
        return (key, problem is null ? null : Problem.Invalid([problem]));
    }
}
