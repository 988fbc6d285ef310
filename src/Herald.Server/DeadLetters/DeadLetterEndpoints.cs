using System.ComponentModel;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Inspection;
using Herald.Engine.Stores;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.DeadLetters;

/// <summary><c>/v1/dead-letters</c></summary>
internal sealed class DeadLetterEndpoints(DeadLetterActions desk, Catalog catalog)
{
    private const int MostIds = 10_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        var letters = routes.MapGroup("/v1/dead-letters").WithTags("dead letters");
        letters.MapGet("", ListAsync).RequireScope(Scopes.Read).WithName("listDeadLetters").WithSummary("List dead letters, oldest first");
        letters.MapGet("/{id}", GetAsync).RequireScope(Scopes.Read)
            .WithName("getDeadLetter").WithSummary("Get a dead letter with its event");
        letters.MapPost("/redrive", RedriveAsync).RequireScope(Scopes.Operate).WithName("redriveDeadLetters").WithSummary(
            "Deliver dead letters again, each after all other events of its key")
            .WithDescription(
                "Receivers get the same webhook-id and the header herald-redelivery: redrive. Dead letters that no "
                    + "longer exist are not counted.");
        letters.MapPost("/discard", DiscardAsync).RequireScope(Scopes.Operate)
            .WithName("discardDeadLetters").WithSummary("Delete dead letters");
        letters.MapPost("/{id}/redrive", RedriveOneAsync).RequireScope(Scopes.Operate)
            .WithName("redriveDeadLetter").WithSummary("Deliver a dead letter again");
        letters.MapPost("/{id}/discard", DiscardOneAsync).RequireScope(Scopes.Operate)
            .WithName("discardDeadLetter").WithSummary("Delete a dead letter");
    }

    private DeadLetterActions By(HttpContext context) => desk.By(Callers.NameOf(context));

    private async Task<Results<Ok<ListWire<DeadLetterWire>>, Problem>> ListAsync(
        [AsParameters] PageQuery page, [Description(
            "Only dead "
                + "letters of this subscription.")] string? subscription, [Description("Only dead letters of this topic.")] string? topic,
        CancellationToken cancel)
    {
        // No dead letter has a value that is not a valid name. The store need not handle such values.
        if ((subscription is not null && !SubscriptionRules.IsName(subscription)) || (topic is not null && !SubscriptionRules.IsName(topic)))
            return TypedResults.Ok(new ListWire<DeadLetterWire> { Items = [] });
        DeadLetterPage found;
        try
        {
            found = await desk.ListAsync(new DeadLetterQuery(subscription, topic, page.Size, page.Cursor), cancel);
        }
        catch (ArgumentException)
        {
            return Problem.Invalid("?cursor", page.Cursor, "Use the nextCursor of a page of this list.");
        }
        return TypedResults.Ok(
            new ListWire<DeadLetterWire> { Items = [.. found.Items.Select(DeadLetterWire.Of)], NextCursor = found.NextCursor });
    }

    private async Task<Results<Ok<DeadLetterWire>, Problem>> GetAsync(string id, CancellationToken cancel) =>
        DeadLetterActions.TryParse(id, out var parsed) && await desk.FindAsync(parsed, cancel) is { } letter
            ? TypedResults.Ok(DeadLetterWire.Of(letter))
            : None(id);

    private Task<Results<Ok<CountWire>, Problem>> RedriveAsync(Body<DeadLetterSelectionBody> body, HttpContext context)
    {
        var (mine, cancel) = (By(context), context.RequestAborted);
        return SelectAsync(
            body.Value, ids => mine.RedriveAsync(ids, cancel), subscription => mine.RedriveAllAsync(subscription, cancel), cancel);
    }

    private Task<Results<Ok<CountWire>, Problem>> DiscardAsync(Body<DeadLetterSelectionBody> body, HttpContext context)
    {
        var (mine, cancel) = (By(context), context.RequestAborted);
        return SelectAsync(
            body.Value, ids => mine.DiscardAsync(ids, cancel), subscription => mine.DiscardAllAsync(subscription, cancel), cancel);
    }

    private async Task<Results<Ok<CountWire>, Problem>> RedriveOneAsync(string id, HttpContext context)
    {
        var cancel = context.RequestAborted;
        if (!DeadLetterActions.TryParse(id, out var parsed))
            return None(id);
        if (await By(context).RedriveAsync([parsed], cancel) is > 0 and var count)
            return Counted(count);
        return await desk.FindAsync(parsed, cancel) is not { } letter ? None(id)
            : !letter.HasRecord ? new Problem(
                ProblemKind.EventDamaged,
                $"The store no longer has the event of dead letter '{id}', so it cannot be sent. Publish the event again "
                    + "from its origin, or discard the dead letter.")
            : new Problem(
            ProblemKind.NoReceiver,
            $"Dead letter '{id}' has no subscription to which it can be sent. If it is a message that Herald did not understand, send the "
                + "corrected message again. Otherwise discard the dead letter.");
    }

    private async Task<Results<Ok<CountWire>, Problem>> DiscardOneAsync(string id, HttpContext context) =>
        DeadLetterActions.TryParse(id, out var parsed)
            && await By(context).DiscardAsync([parsed], context.RequestAborted) is > 0 and var count
            ? Counted(count)
            : None(id);

    private async Task<Results<Ok<CountWire>, Problem>> SelectAsync(
        DeadLetterSelectionBody body, Func<IReadOnlyList<DeadLetterId>, ValueTask<int>> some, Func<string?, ValueTask<int>> all,
        CancellationToken cancel)
    {
        if ((body.Ids is null ? 0 : 1) + (body.Subscription is null ? 0 : 1) + (body.All is null ? 0 : 1) != 1)
            return Problem.Invalid("", "", "Give exactly one of ids, subscription and all.");
        if (body.All is false)
            return Problem.Invalid("/all", "false", "Use true, or leave it out.");
        if (body.Subscription is { } subscription)
        {
            var found = await catalog.FindSubscriptionAsync(subscription, cancel);
            return found is null ? CatalogProblem.NoSubscription(subscription) : Counted(await all(subscription));
        }
        if (body.Ids is null)
            return Counted(await all(null));

        if (body.Ids.Count is 0 or > MostIds)
            return Problem.Invalid("/ids", $"{body.Ids.Count} ids", $"Give 1 to {MostIds} ids.");
        var broken = new List<FieldProblem>();
        var ids = new List<DeadLetterId>(body.Ids.Count);
        for (var i = 0; i < body.Ids.Count; i++)
        {
            if (DeadLetterActions.TryParse(body.Ids[i], out var id))
                ids.Add(id);
            else
                broken.Add(FieldProblem.Of($"/ids/{i}", body.Ids[i], "Use an id from the list of dead letters."));
        }
        return broken.Count > 0 ? Problem.Invalid(broken) : Counted(await some(ids));
    }

    private static Ok<CountWire> Counted(int count) => TypedResults.Ok(new CountWire { Count = count });

    private static Problem None(string id) =>
        new(
            ProblemKind.DeadLetterNotFound,
            $"There is no dead letter '{FieldProblem.Of("", id, "").Value}'. It was possibly redriven, discarded, or removed by a limit.");
}
