using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Notifications.Reading;
using Herald.Notifications.Recipients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Notifications.Doors;

/// <summary><c>/v1/suppressions</c>: recipients to whom nothing is sent.</summary>
internal sealed class SuppressionEndpoints(RecipientReader view, RecipientEvents events, TimeProvider time)
{
    /// <summary>Named as the one who suppresses when it is not known who calls.</summary>
    private const string UnknownCaller = "api";

    public void Map(IEndpointRouteBuilder routes)
    {
        var suppressions = routes.MapGroup("/v1/suppressions").WithTags("recipients").RequireScope(Scopes.Operate);
        suppressions.MapGet("", ListAsync).WithName("listSuppressions").WithSummary("List the recipients to whom nothing is sent")
            .WithDescription("A page can have fewer items than its limit, and still not be the last one.");
        suppressions.MapGet("/{recipient}", GetAsync).WithName("getSuppression").WithSummary("Say why nothing is sent to a recipient");
        suppressions.MapPut("/{recipient}", PutAsync).WithName("putSuppression").WithSummary("Send nothing more to a recipient")
            .WithDescription("It is durable, and in force for notifications that are posted after the answer.");
        suppressions.MapDelete("/{recipient}", DeleteAsync).WithName("deleteSuppression").WithSummary("Send to a recipient again")
            .WithDescription("Also 204 when the recipient is not suppressed.");
    }

    private async Task<Results<Ok<ListWire<SuppressionWire>>, Problem>> ListAsync([AsParameters] PageQuery page, CancellationToken cancel)
    {
        if (await view.SuppressionsAsync(page.Size, page.Cursor, cancel) is not { } found)
            return Problem.Invalid("?cursor", page.Cursor, "Use the nextCursor of a page of this list.");
        return TypedResults.Ok(
            new ListWire<SuppressionWire> { Items = [.. found.Items.Select(SuppressionWire.Of)], NextCursor = found.NextCursor });
    }

    private async Task<Results<Ok<SuppressionWire>, Problem>> GetAsync(string recipient, HttpContext context)
    {
        var (key, problem) = RecipientEndpoints.Read(context);
        if (key is null)
            return problem!;
        return await view.FindSuppressionAsync(key, context.RequestAborted) is { } found
            ? TypedResults.Ok(SuppressionWire.Of(found))
            : NotificationsProblem.NotSuppressed(key);
    }

    private async Task<Results<Created<SuppressionWire>, Ok<SuppressionWire>, Problem>> PutAsync(
        string recipient, Body<SuppressionBody> body, HttpContext context)
    {
        var (key, problem) = RecipientEndpoints.Read(context);
        if (key is null)
            return problem!;
        var text = body.Value.Reason ?? SuppressionText.Of(SuppressionReason.OptedOut);
        if (SuppressionText.Find(text) is not { } reason)
            return Problem.Invalid("/reason", text, SuppressionText.Rule);
        var isThere = await view.FindSuppressionAsync(key, context.RequestAborted) is not null;
        var why = new Suppression(key.Text, reason, time.GetUtcNow().ToUnixTimeMilliseconds(), NameOf(context));
        if (await events.SuppressAsync(key, why, context.RequestAborted) is { } refused)
            return refused;
        var wire = SuppressionWire.Of(why);
        return isThere ? TypedResults.Ok(wire) : TypedResults.Created($"/v1/suppressions/{Uri.EscapeDataString(key.Text)}", wire);
    }

    private async Task<Results<NoContent, Problem>> DeleteAsync(string recipient, HttpContext context)
    {
        var (key, problem) = RecipientEndpoints.Read(context);
        if (key is null)
            return problem!;
        // What was said a moment ago may not be in the view yet, so it is not asked.
        return await events.AllowAsync(key, NameOf(context), context.RequestAborted) is { } refused ? refused : TypedResults.NoContent();
    }

    private static string NameOf(HttpContext context) => Callers.NameOf(context) is { Length: > 0 } name ? name : UnknownCaller;
}
