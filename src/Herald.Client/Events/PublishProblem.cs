namespace Herald.Client;

/// <summary>Why one event was not stored.</summary>
public sealed record PublishProblem
{
    /// <summary>For programs: it does not change. docs/api.md lists the codes.</summary>
    public required string Code { get; init; }

    /// <summary>The JSON pointer to the field.</summary>
    public required string Pointer { get; init; }
    public required string Value { get; init; }

    /// <summary>What is allowed.</summary>
    public required string Rule { get; init; }

    public override string ToString() => FieldProblem.Told(Pointer, Value, Rule);
}
