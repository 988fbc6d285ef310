namespace Herald.Engine.Subscriptions;

/// <summary>Selects the events of the topic that a subscription receives. Every clause must match.</summary>
/// <remarks>
/// A clause matches when the event's value equals one of its values. This is the exact-match part of the SNS filter policy language.
/// </remarks>
/// <param name="Clauses">Sorted by attribute name; <see cref="TypeClause"/> stands for the event's type.</param>
public sealed record Filter(IReadOnlyList<FilterClause> Clauses)
{
    public const string TypeClause = "type";
    public static readonly Filter All = new([]);

    public bool Equals(Filter? other) => other is not null && Clauses.SequenceEqual(other.Clauses);
    public override int GetHashCode() => Clauses.Count;
}

/// <param name="IsType">The clause compares the event's type, not an attribute.</param>
public sealed record FilterClause(string Attribute, bool IsType, IReadOnlyList<string> Values)
{
    public bool Equals(FilterClause? other) =>
        other is not null && Attribute == other.Attribute && IsType == other.IsType && Values.SequenceEqual(other.Values);
    public override int GetHashCode() => HashCode.Combine(Attribute, IsType, Values.Count);
}
