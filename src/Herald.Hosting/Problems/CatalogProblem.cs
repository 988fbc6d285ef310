using System.Diagnostics;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;

namespace Herald.Hosting.Problems;

/// <summary>The problems that callers receive when the catalog refuses an operation.</summary>
public static class CatalogProblem
{
    public static Problem Of<T>(CatalogResult<T> result, ProblemKind notFound)
        where T : class => result.Outcome switch
        {
            CatalogOutcome.NotFound => new(notFound, result.Detail.Length > 0 ? result.Detail : $"{notFound.Title}."),
            CatalogOutcome.VersionMismatch => new(
                ProblemKind.VersionMismatch,
                result.Detail.Length > 0 ? result.Detail : "It was changed at the same time. Read it again, then repeat the change."),
            CatalogOutcome.NoSecret => new(ProblemKind.NoSecret, result.Detail),
            CatalogOutcome.OverlapRuns => new(ProblemKind.OverlapRuns, result.Detail),
            CatalogOutcome.Damaged => new(ProblemKind.SubscriptionDamaged, result.Detail),
            // A topic in use has subscriptions. A subscription in use has too many filter changes that have not taken effect.
            CatalogOutcome.InUse => new(typeof(T) == typeof(Topic) ? ProblemKind.TopicInUse : ProblemKind.ChangePending, result.Detail),
            CatalogOutcome.Refused => Problem.Invalid(result.Problems),
            // These outcomes are successes and have no problem.
            CatalogOutcome.Created or CatalogOutcome.Updated or CatalogOutcome.Unchanged or CatalogOutcome.Deleted =>
                throw new UnreachableException($"{result.Outcome}"),
        };

    public static Problem NoTopic(string name) => new(ProblemKind.TopicNotFound, $"There is no topic '{Cut(name)}'.");

    public static Problem Closed(string topic) => new(
        ProblemKind.TopicClosed,
        $"Topic '{Cut(topic)}' takes events only through the addresses of its application (label {Topic.ClosedLabel}). "
            + "Use those, or another topic.");

    /// <param name="nearest">A subscription that may be meant; null for none.</param>
    public static Problem NoSubscription(string id, string? nearest = null) => new(
        ProblemKind.SubscriptionNotFound, $"There is no subscription '{Cut(id)}'.{(nearest is null ? "" : $" Do you mean '{nearest}'?")}");

    private static string Cut(string name) => FieldProblem.Of("", name, "").Value;
}
