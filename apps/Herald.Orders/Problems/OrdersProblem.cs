using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Problems;
using Herald.Orders.Readers;

namespace Herald.Orders.Problems;

/// <summary>The problems of webhooks and handlers, in addition to those of all requests.</summary>
internal static class OrdersProblem
{
    public static readonly ProblemKind WebhookNotFound = new("webhook-not-found", 404, "The customer has no webhook");
    public static readonly ProblemKind RegistrationLost = new("registration-lost", 409, "Another handler got the customer first");
    public static readonly ProblemKind RegistrationSuperseded = new("registration-superseded", 409, "The registration is over");

    public static readonly IReadOnlyList<ProblemKind> All = [WebhookNotFound, RegistrationLost, RegistrationSuperseded];

    public static Problem NoUuid(string customerId) => Problem.Invalid("/customerId", customerId, Uuid.Rule);

    public static Problem NoWebhook(Guid customer) => new(WebhookNotFound, $"Customer {customer:D} has no webhook.");

    public static Problem NoRoom() =>
        new(ProblemKind.NoRoom, "The store is full, and nothing can be freed yet, so the sign of life of the handler cannot be stored. Try again later.") { RetryAfter = 5 };

    public static Problem Superseded(Guid customer, long epoch) =>
        new(RegistrationSuperseded,
            $"Customer {customer:D} does not belong to the handler with epoch {epoch}, or no longer does. Register again.");

    public static Problem Of(CatalogResult<Subscription> result) => result.Outcome == CatalogOutcome.Refused
        ? Invalid(result.Problems)
        : CatalogProblem.Of(result, result.Value is null ? ProblemKind.TopicNotFound : WebhookNotFound);

    /// <summary>The field that the catalog calls endpoint is the URL here.</summary>
    public static Problem Invalid(IReadOnlyList<FieldProblem> problems) => Problem.Invalid([.. problems.Select(Rename)]);

    public static Problem Invalid(ProblemList found) => Problem.Invalid(found.Change(Rename));

    private static FieldProblem Rename(FieldProblem problem) => problem.Pointer == "/endpoint" ? problem with { Pointer = "/url" } : problem;
}
