using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Herald.Engine.Basics;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Wire;
using Herald.Orders.Problems;
using Herald.Orders.Readers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Orders.Registrations;

/// <summary><c>/v1/orders/registrations</c>: handlers ask for customers.</summary>
internal sealed class RegistrationEndpoints(RegistrationDesk desk)
{
    /// <summary>Seconds after which a handler without a customer should ask again.</summary>
    private const string AskAgainAfter = "1";

    public void Map(IEndpointRouteBuilder routes)
    {
        var registrations = routes.MapGroup("/v1/orders/registrations").WithTags("orders").RequireScope(Scopes.Subscribe);
        registrations.MapPost("", RegisterAsync).WithName("registerOrderHandler").WithSummary("Register a handler for a customer")
            .WithDescription(
                "The handler gets the first customer that has undelivered events and no live handler. 204 when there is none: register "
                + "again after Retry-After. A handler that registers again with its URL gets its customer again.");
        registrations.MapPut("/{customerId}", HeartbeatAsync).WithName("heartbeatOrderHandler").WithSummary(
            "Send the heartbeat of a handler")
            .WithDescription(
                "Heartbeats are due every quarter of the window. 409 registration-superseded when another handler has the "
                    + "customer: register again.");
        registrations.MapDelete("/{customerId}", LeaveAsync).WithName("leaveOrderHandler").WithSummary("End a registration")
            .WithDescription("The answer comes when no more events are sent to the handler.");
    }

    private async Task<Results<Ok<RegistrationWire>, NoContent, Problem>> RegisterAsync(Body<RegistrationBody> body, HttpContext context)
    {
        var found = new ProblemList();
        var window = SubscriptionMapping.ToSpan(body.Value.Window, "/window", RegistrationRules.DefaultWindow, found)!.Value;
        if (window < RegistrationRules.ShortestWindow || window > RegistrationRules.LongestWindow)
            found.Add(FieldProblem.Of("/window", body.Value.Window, "From 1s to 1h."));
        var secret = SubscriptionMapping.ToSecret(body.Value.Secret, found);
        if (found.Count > 0)
            return Problem.Invalid(found);
        switch (await desk.RegisterAsync(body.Value.Url, window, secret, context.RequestAborted))
        {
            case RegistrationAnswer.Given given:
                return TypedResults.Ok(RegistrationWire.Of(given.Registration, given.Secrets));
            case RegistrationAnswer.Refused refused:
                return refused.Problem;
            case RegistrationAnswer.Idle:
                context.Response.Headers.RetryAfter = AskAgainAfter;
                return TypedResults.NoContent();
            case var other:
                throw new UnreachableException($"{other}");
        }
    }

    private async Task<Results<NoContent, Problem>> HeartbeatAsync(string customerId, Body<HeartbeatBody> body, CancellationToken cancel)
    {
        if (!Uuid.TryParse(customerId, out var customer))
            return OrdersProblem.NoUuid(customerId);
        return await desk.HeartbeatAsync(customer, body.Value.Epoch, cancel) is { } problem ? problem : TypedResults.NoContent();
    }

    private async Task<Results<NoContent, Problem>> LeaveAsync(
        string customerId, [Description("The epoch from the registration.")] string? epoch, CancellationToken cancel)
    {
        if (!Uuid.TryParse(customerId, out var customer))
            return OrdersProblem.NoUuid(customerId);
        if (!long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return Problem.Invalid("?epoch", epoch, "Must be the epoch from the registration, a whole number.");
        return await desk.LeaveAsync(customer, number, cancel) is { } problem ? problem : TypedResults.NoContent();
    }
}
