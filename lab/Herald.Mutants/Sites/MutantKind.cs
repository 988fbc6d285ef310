namespace Herald.Mutants.Sites;

/// <summary>What is done to the code.</summary>
internal enum MutantKind
{
    /// <summary>A condition, or what is compared, is true where it was false.</summary>
    Negated,

    /// <summary>A condition that declares a variable is false: turned, the variable would have no value.</summary>
    NeverTrue,

    /// <summary>The same for one that declares its variable where it is false.</summary>
    AlwaysTrue,

    /// <summary>A bool that is returned is the other one.</summary>
    Returned,

    /// <summary>A comparison is with the neighbour: less than, for less than or equal.</summary>
    Bound,

    /// <summary>And, for or; or, for and.</summary>
    AndOr,

    /// <summary>Plus, for minus; minus, for plus.</summary>
    PlusMinus,

    /// <summary>A call whose result nobody uses is left out.</summary>
    Dropped,

    /// <summary>What may be null is null.</summary>
    Absent,
}
