using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Subscriptions;

/// <summary><c>/v1/subscriptions/{id}/…</c>: pause, resume, secrets, replay, test, and the release of held keys.</summary>
internal sealed class SubscriptionActions(HeraldEngine engine)
{
    private static readonly TimeSpan StandardOverlap = TimeSpan.FromHours(24), LongestOverlap = TimeSpan.FromDays(30);
    private readonly Catalog _catalog = engine.Catalog;

    private Catalog By(HttpContext context) => _catalog.By(Callers.NameOf(context));

    public void Map(IEndpointRouteBuilder routes)
    {
        var one = routes.MapGroup("/v1/subscriptions/{id}").WithTags("subscriptions");
        one.MapPost("/pause", PauseAsync).RequireScope(Scopes.Operate).WithName("pauseSubscription").WithSummary(
            "Stop the deliveries of a subscription and keep its backlog");
        one.MapPost("/resume", ResumeAsync).RequireScope(Scopes.Operate)
            .WithName("resumeSubscription").WithSummary("Start the deliveries of a subscription again")
            .WithDescription("Also for a subscription that Herald disabled because its endpoint answered 410.");
        one.MapGet("/secret", SecretAsync).RequireScope(Scopes.Subscribe).WithName("getSecret").WithSummary("Get the signing keys");
        one.MapPost("/rotate-secret", RotateAsync).RequireScope(Scopes.Subscribe)
            .WithName("rotateSecret").WithSummary("Change the signing key")
            .WithDescription(
                "Both keys sign until the overlap ends, so that receivers can change to the new key without losing an event. While they "
                    + "do, another rotation is answered with 409, unless endOverlap is true or overlap is 0s.");
        one.MapPost("/replay", ReplayAsync).RequireScope(Scopes.Operate)
            .WithName("replaySubscription").WithSummary("Deliver events again from a point in the past")
            .WithDescription(
                "Receivers get the same webhook-id, and the header herald-redelivery: replay, also with events that had waited "
                    + "when the replay began. A replay that would leave out events that are not delivered yet is answered with 409, "
                    + "unless skipUndelivered is true.");
        one.MapPost("/blocked-keys/release", ReleaseAsync).RequireScope(Scopes.Operate)
            .WithName("releaseKey").WithSummary("Release a held key")
            .WithDescription(
                "The oldest event of the key is tried again or discarded. shard and sequence are from the list of blocked keys. A key "
                    + "that is not held is answered with 409.");
        one.MapPost("/test", TestAsync).RequireScope(Scopes.Operate)
            .WithName("testSubscription").WithSummary("Send one signed test event and return the result")
            .WithDescription("The test event is not in the log, has no order, and is not retried.");
    }

    private async Task<Results<Ok<SubscriptionWire>, Problem>> PauseAsync(string id, HttpContext context) =>
        Answer(await By(context).PauseAsync(id, context.RequestAborted), context);

    private async Task<Results<Ok<SubscriptionWire>, Problem>> ResumeAsync(string id, HttpContext context) =>
        Answer(await By(context).ResumeAsync(id, context.RequestAborted), context);

    private async Task<Results<Ok<SecretWire>, Problem>> SecretAsync(string id, HttpContext context)
    {
        if (await _catalog.FindSecretsAsync(id, context.RequestAborted) is not { } found)
            return CatalogProblem.NoSubscription(id);
        if (found.AreNone)
        {
            var isLost = await _catalog.FindSubscriptionAsync(id, context.RequestAborted) is { Endpoint.Secret: not null };
            return new Problem(
                ProblemKind.NoSecret,
                isLost
                    ? $"The secret of subscription '{id}' cannot be read, so nothing is sent. Rotate it, and give the receiver the new one."
                    : $"The endpoint of subscription '{id}' has no secret.");
        }
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(SubscriptionMapping.ToWire(found));
    }

    private async Task<Results<Ok<SecretWire>, Problem>> RotateAsync(string id, Body<RotateSecretBody> body, HttpContext context)
    {
        var found = new ProblemList();
        var secret = SubscriptionMapping.ToSecret(body.Value.Secret, found);
        var overlap = SubscriptionMapping.ToSpan(body.Value.Overlap, "/overlap", StandardOverlap, found)!.Value;
        if (overlap > LongestOverlap)
            found.Add(FieldProblem.Of("/overlap", body.Value.Overlap, $"From 0s to {DurationText.Format(LongestOverlap)}."));
        if (found.Count > 0)
            return Problem.Invalid(found);
        var result = await _catalog.RotateSecretAsync(id, secret, overlap, body.Value.EndOverlap ?? false, context.RequestAborted);
        if (!result.Done)
            return CatalogProblem.Of(result, ProblemKind.SubscriptionNotFound);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(SubscriptionMapping.ToWire(result.Secrets));
    }

    private async Task<Results<Ok<SubscriptionWire>, Problem>> ReplayAsync(string id, Body<ReplayBody> body, HttpContext context)
    {
        var found = new ProblemList();
        var from = SubscriptionMapping.ToStart(body.Value.From, found);
        if (found.Count > 0)
            return Problem.Invalid(found);
        if (body.Value.SkipUndelivered is not true && await engine.Inspector.IsUnsettledBeforeAsync(id, from, context.RequestAborted))
            return new Problem(
                ProblemKind.ReplaySkips,
                $"Subscription '{id}' has events before that point that are not delivered yet. A replay from there would never deliver "
                    + "them. Replay from an earlier point, or leave them out with skipUndelivered.");
        return Answer(await By(context).ReplayAsync(id, from, context.RequestAborted), context);
    }

    private async Task<Results<Ok<TestResultWire>, Problem>> TestAsync(string id, HttpContext context) =>
        await engine.TestAsync(id, context.RequestAborted) is { } result
            ? TypedResults.Ok(SubscriptionMapping.ToWire(result))
            : CatalogProblem.NoSubscription(id);

    private async Task<Results<NoContent, Problem>> ReleaseAsync(string id, Body<ReleaseBody> body, HttpContext context)
    {
        if (await _catalog.FindSubscriptionAsync(id, context.RequestAborted) is null)
            return CatalogProblem.NoSubscription(id);
        var (shard, sequence) = (body.Value.Shard, body.Value.Sequence);
        var mine = engine.By(Callers.NameOf(context));
        return await mine.ReleaseAsync(id, shard, sequence, body.Value.Discard ?? false, context.RequestAborted)
            ? TypedResults.NoContent()
            : new Problem(ProblemKind.NotHeld,
                $"This subscription has no held key at shard {shard}, sequence {sequence}. List its blocked keys to see which are held.");
    }

    private static Results<Ok<SubscriptionWire>, Problem> Answer(CatalogResult<Subscription> result, HttpContext context)
    {
        if (!result.Done)
            return CatalogProblem.Of(result, ProblemKind.SubscriptionNotFound);
        context.Response.Headers.ETag = EntityTag.Of(result.Value!.Version);
        return TypedResults.Ok(SubscriptionMapping.ToWire(result.Value));
    }
}
