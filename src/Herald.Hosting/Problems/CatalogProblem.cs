using System.Diagnostics;
using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;

namespace Herald.Hosting.Problems;

/// <summary>What callers are told when the catalog did not do what they asked.</summary>
public static class CatalogProblem
{
    public static Problem Of<T>(CatalogResult<T> result, ProblemKind notFound)
        where T : class => result.Outcome switch
        {
            CatalogOutcome.NotFound => new(notFound, result.Detail.Length > 0 ? result.Detail : $"{notFound.Title}."),
            CatalogOutcome.VersionMismatch => new(ProblemKind.VersionMismatch, result.Detail.Length > 0 ? result.Detail : "It was changed in between. Read it again."),
            CatalogOutcome.Damaged => new(ProblemKind.SubscriptionDamaged, result.Detail),
            // Of a topic: it has subscriptions. Of a subscription: too many changes of its filter are still under way.
            CatalogOutcome.InUse => new(typeof(T) == typeof(Topic) ? ProblemKind.TopicInUse : ProblemKind.ChangePending, result.Detail),
            CatalogOutcome.Refused => Problem.Invalid(result.Problems),
            // It has done what was asked.
            CatalogOutcome.Created or CatalogOutcome.Updated or CatalogOutcome.Unchanged or CatalogOutcome.Deleted => throw new UnreachableException($"{result.Outcome}"),
        };

    public static Problem NoTopic(string name) => new(ProblemKind.TopicNotFound, $"There is no topic '{Cut(name)}'.");

    public static Problem NoSubscription(string id) => new(ProblemKind.SubscriptionNotFound, $"There is no subscription '{Cut(id)}'.");

    private static string Cut(string name) => FieldProblem.Of("", name, "").Value;
}
