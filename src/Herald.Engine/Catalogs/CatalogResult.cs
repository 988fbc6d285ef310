namespace Herald.Engine.Catalogs;

public enum CatalogOutcome
{
    Created,
    Updated,

    /// <summary>It was like this already; nothing was written.</summary>
    Unchanged,
    Deleted,
    NotFound,

    /// <summary>The request breaks rules; see the problems.</summary>
    Refused,

    /// <summary>The version the caller expected is not the present one.</summary>
    VersionMismatch,

    /// <summary>Others depend on it.</summary>
    InUse,

    /// <summary>What is stored of it cannot be read: it can be put anew, or deleted.</summary>
    Damaged,
}

/// <param name="Value">As it is now; null when there is none.</param>
/// <param name="Detail">For people, when it did not work.</param>
public sealed record CatalogResult<T>(CatalogOutcome Outcome, T? Value, IReadOnlyList<FieldProblem> Problems, string Detail)
    where T : class
{
    public bool Done => Outcome switch
    {
        CatalogOutcome.Created or CatalogOutcome.Updated or CatalogOutcome.Unchanged or CatalogOutcome.Deleted => true,
        CatalogOutcome.NotFound or CatalogOutcome.Refused or CatalogOutcome.VersionMismatch or CatalogOutcome.InUse or CatalogOutcome.Damaged => false,
    };

    internal static CatalogResult<T> Of(CatalogOutcome outcome, T? value = null, string detail = "") => new(outcome, value, [], detail);

    internal static CatalogResult<T> Refuse(IReadOnlyList<FieldProblem> problems) =>
        new(CatalogOutcome.Refused, null, problems, problems.Count == 1 ? problems[0].Rule : $"{problems.Count} fields break a rule.");
}
