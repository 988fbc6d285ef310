using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Wire;
using Herald.Orders.Problems;
using Herald.Orders.Readers;
using Herald.Orders.Registrations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Orders.Webhooks;

/// <summary><c>/v1/orders/customers</c>: exactly one webhook per customer, set by an administrator.</summary>
internal sealed class WebhookEndpoints(Catalog catalog)
{
    /// <summary>Maximum tries of a change without If-Match when other changes come first.</summary>
    private const int Tries = 5;

    public void Map(IEndpointRouteBuilder routes)
    {
        var customers = routes.MapGroup("/v1/orders/customers").WithTags("orders");
        customers.MapGet("", ListAsync).RequireScope(Scopes.Read)
            .WithName("listOrderCustomers").WithSummary("List customers that have a webhook, by id");
        customers.MapPut("/{customerId}/webhook", PutAsync).RequireScope(Scopes.Subscribe)
            .WithName("putOrderWebhook").WithSummary("Set the webhook of a customer")
            .WithDescription(
                "The request can be repeated: 201 for a new webhook (with its secret), then 200. A new webhook begins with the customer's "
                + "oldest event that is still kept. It replaces a registered handler. If-Match and If-None-Match: * are supported.");
        customers.MapGet("/{customerId}/webhook", GetAsync).RequireScope(Scopes.Read)
            .WithName("getOrderWebhook").WithSummary("Get the webhook of a customer");
        customers.MapDelete("/{customerId}/webhook", DeleteAsync).RequireScope(Scopes.Subscribe).WithName("deleteOrderWebhook").WithSummary(
            "Delete the webhook of a customer and its backlog");
    }

    private async Task<Ok<ListWire<WebhookWire>>> ListAsync([AsParameters] PageQuery page, CancellationToken cancel)
    {
        // All ids have the same prefix and are adjacent in the list, so the list starts at the prefix.
        var found = await catalog.SubscriptionsAsync(null, page.Size, CustomerWebhook.Prefix + page.NameCursor, cancel);
        var items = new List<WebhookWire>();
        foreach (var subscription in found.Items)
        {
            if (CustomerWebhook.CustomerOf(subscription) is { } customer)
                items.Add(WebhookWire.Of(customer, subscription));
        }
        var goesOn = found.NextCursor?.StartsWith(CustomerWebhook.Prefix, StringComparison.Ordinal) == true;
        return TypedResults.Ok(
            new ListWire<WebhookWire> { Items = items, NextCursor = goesOn ? found.NextCursor![CustomerWebhook.Prefix.Length..] : null });
    }

    private async Task<Results<Ok<WebhookWire>, StatusCodeHttpResult, Problem>> GetAsync(string customerId, HttpContext context)
    {
        if (!Uuid.TryParse(customerId, out var customer))
            return OrdersProblem.NoUuid(customerId);
        if (await FindAsync(customer, context.RequestAborted) is not { } found)
            return OrdersProblem.NoWebhook(customer);
        context.Response.Headers.ETag = EntityTag.Of(found.Version);
        if (EntityTag.IsKnown(context.Request, found.Version))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(WebhookWire.Of(customer, found));
    }

    private async Task<Results<Created<WebhookWire>, Ok<WebhookWire>, Problem>> PutAsync(
        string customerId, Body<WebhookBody> body, HttpContext context)
    {
        if (!Uuid.TryParse(customerId, out var customer))
            return OrdersProblem.NoUuid(customerId);
        for (var tries = 1; ; tries++)
        {
            var present = await catalog.FindSubscriptionAsync(CustomerWebhook.IdOf(customer), context.RequestAborted);
            var (condition, mismatch) = EntityTag.Condition(context.Request, present?.Version);
            if (mismatch is not null)
                return mismatch;
            var found = new ProblemList();
            var draft = Draft(customer, body.Value, present, found);
            if (found.Count > 0)
                return OrdersProblem.Invalid(found);
            // The change applies only to the version that was read, even without a condition of the caller: the secret and the status in
            // the draft depend on it.
            var result = await catalog.PutSubscriptionAsync(draft, new StartFrom.Earliest(), present?.Version ?? 0, context.RequestAborted);
            if (result.Outcome == CatalogOutcome.VersionMismatch && condition is null && tries < Tries)
                continue;
            if (!result.Done)
                return OrdersProblem.Of(result);
            var created = result.Outcome == CatalogOutcome.Created;
            var wire = WebhookWire.Of(customer, result.Value!, created || result.HasNewSecret ? result.Secrets : null);
            context.Response.Headers.ETag = EntityTag.Of(wire.Version);
            return created ? TypedResults.Created($"/v1/orders/customers/{customer:D}/webhook", wire) : TypedResults.Ok(wire);
        }
    }

    private async Task<Results<NoContent, Problem>> DeleteAsync(string customerId, HttpContext context)
    {
        if (!Uuid.TryParse(customerId, out var customer))
            return OrdersProblem.NoUuid(customerId);
        if (await FindAsync(customer, context.RequestAborted) is not { } present)
            return OrdersProblem.NoWebhook(customer);
        var (version, mismatch) = EntityTag.Condition(context.Request, present.Version);
        if (mismatch is not null)
            return mismatch;
        var result = await catalog.DeleteSubscriptionAsync(present.Id, version, context.RequestAborted);
        return result.Done ? TypedResults.NoContent() : result.Outcome == CatalogOutcome.NotFound ? OrdersProblem.NoWebhook(customer) : OrdersProblem.Of(result);
    }

    private static SubscriptionDraft Draft(Guid customer, WebhookBody body, Subscription? present, ProblemList found)
    {
        var draft = SubscriptionMapping.ToDraft(
            CustomerWebhook.IdOf(customer),
            new SubscriptionBody { Topic = OrderEvents.Topic, Endpoint = body.Url, Retry = body.Retry, Limits = body.Limits, Secret = body.Secret },
            TextMap.Empty, found) with
        {
            Filter = CustomerWebhook.FilterOf(customer),
            // They are set at the subscription, not here, so they stay. The webhook is an administrator's from now on.
            Description = present?.Description,
            Labels = present?.Labels.Without(RegistrationMark.Label) ?? TextMap.Empty,
        };
        if (!RegistrationMark.TryParse(present?.Labels, out var mark))
            return draft;
        // A handler had the webhook. With a new URL the secret changes, so that the handler cannot read on. If the handler had left, the
        // subscription becomes active again.
        return draft with
        {
            RenewsSecret = draft.Secret is null && present!.Endpoint.Address.OriginalString != body.Url,
            Status = mark.HasLeft ? SubscriptionStatus.Active : null,
        };
    }

    private async ValueTask<Subscription?> FindAsync(Guid customer, CancellationToken cancel) =>
        await catalog.FindSubscriptionAsync(CustomerWebhook.IdOf(customer), cancel) is { Topic: OrderEvents.Topic } found ? found : null;
}
