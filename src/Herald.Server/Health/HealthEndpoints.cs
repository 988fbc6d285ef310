using Herald.Hosting.Access;
using Herald.Hosting.Modules;
using Herald.Hosting.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Health;

/// <summary>
/// <c>/healthz</c> shows whether the process works, or must be restarted. <c>/readyz</c> shows whether it takes requests.
/// </summary>
internal sealed class HealthEndpoints(Task failed, OpenStore store, CancellationToken stopping)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", Alive).AllowAnyone().WithTags("operate").WithName("healthz").WithSummary(
            "Check that the process works; 503 means that it must be restarted");
        routes.MapGet("/readyz", Ready).AllowAnyone().WithTags("operate").WithName("readyz").WithSummary(
            "Check that the server accepts requests; 503 while it stops, after it has failed, and while its database is away");
    }

    private Results<Ok<HealthWire>, Problem> Alive() =>
        failed.IsCompleted ? new Problem(ProblemKind.NotReady,
            "The store has failed. The process stops, and the next start recovers.") : Fine();

    private Results<Ok<HealthWire>, Problem> Ready() =>
        stopping.IsCancellationRequested ? new Problem(ProblemKind.NotReady, "The server is stopping.")
        : failed.IsCompleted ? Alive() : store.Outage() is { } outage ? new Problem(ProblemKind.NotReady, outage) { RetryAfter = 1 } : FineSoFar();

    private static Ok<HealthWire> Fine() => TypedResults.Ok(new HealthWire { Status = "ok" });

    // A server with troubles still takes requests for all other work, so sending them elsewhere would gain nothing.
    private Ok<HealthWire> FineSoFar() =>
        TypedResults.Ok(new HealthWire { Status = "ok", Troubles = store.Troubles() is { Count: > 0 } some ? some : null });
}
