using Herald.Engine.Basics;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

public enum CatalogOutcome
{
    Created,
    Updated,

    /// <summary>The stored state is already as requested; nothing was written.</summary>
    Unchanged,
    Deleted,
    NotFound,

    /// <summary>The request breaks rules; see the problems.</summary>
    Refused,

    /// <summary>The version that the caller expected is not the present one.</summary>
    VersionMismatch,

    /// <summary>Other records depend on it, or too many of its filter changes are still needed.</summary>
    InUse,

    /// <summary>The stored record cannot be read. A caller can write it anew or delete it.</summary>
    Damaged,

    /// <summary>The endpoint's channel has no secrets.</summary>
    NoSecret,

    /// <summary>An earlier secret still signs, because it was promised. Another rotation would end it.</summary>
    OverlapRuns,
}

/// <param name="Value">The present value; null when there is none.</param>
/// <param name="Detail">An explanation for display when the request failed.</param>
public sealed record CatalogResult<T>(CatalogOutcome Outcome, T? Value, IReadOnlyList<FieldProblem> Problems, string Detail)
    where T : class
{
    /// <summary>After a subscription or its secret was written: the secrets of its endpoint. Otherwise none.</summary>
    public Secrets Secrets { get; init; } = Secrets.None;

    /// <summary>Herald made the current secret in this change. Only this answer tells the caller.</summary>
    public bool HasNewSecret { get; init; }

    public bool Done => Outcome switch
    {
        CatalogOutcome.Created or CatalogOutcome.Updated or CatalogOutcome.Unchanged or CatalogOutcome.Deleted => true,
        CatalogOutcome.NotFound or CatalogOutcome.Refused or CatalogOutcome.VersionMismatch or CatalogOutcome.InUse or CatalogOutcome.Damaged
            or CatalogOutcome.NoSecret or CatalogOutcome.OverlapRuns => false,
    };

    internal static CatalogResult<T> Of(CatalogOutcome outcome, T? value = null, string detail = "") => new(outcome, value, [], detail);

    internal static CatalogResult<T> Refuse(IReadOnlyList<FieldProblem> problems) =>
        new(CatalogOutcome.Refused, null, problems, problems.Count == 1 ? problems[0].Rule : $"{problems.Count} fields are not valid.");
}
