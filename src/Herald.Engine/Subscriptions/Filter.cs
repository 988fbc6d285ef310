namespace Herald.Engine.Subscriptions;

/// <summary>
/// Which events of the topic a subscription wants: every clause must hold, a clause holds when the event's value is among its values.
/// This is the exact-match part of the SNS filter policy language.
/// </summary>
/// <param name="Clauses">By attribute name, sorted; <see cref="TypeClause"/> stands for the event's type.</param>
public sealed record Filter(IReadOnlyList<FilterClause> Clauses)
{
    public const string TypeClause = "type";
    public static readonly Filter All = new([]);

    public bool Equals(Filter? other) => other is not null && Clauses.SequenceEqual(other.Clauses);
    public override int GetHashCode() => Clauses.Count;
}

/// <param name="IsType">The clause looks at the event's type, not at an attribute.</param>
public sealed record FilterClause(string Attribute, bool IsType, IReadOnlyList<string> Values)
{
    public bool Equals(FilterClause? other) =>
        other is not null && Attribute == other.Attribute && IsType == other.IsType && Values.SequenceEqual(other.Values);
    public override int GetHashCode() => HashCode.Combine(Attribute, IsType, Values.Count);
}
