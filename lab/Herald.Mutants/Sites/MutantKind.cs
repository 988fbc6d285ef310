namespace Herald.Mutants.Sites;

/// <summary>The kind of a change.</summary>
internal enum MutantKind
{
    /// <summary>A condition or a comparison has the opposite value.</summary>
    Negated,

    /// <summary>A condition that declares a variable is false. Its negation would leave the variable without a value.</summary>
    NeverTrue,

    /// <summary>The same for a condition that declares its variable when it is false: it is true.</summary>
    AlwaysTrue,

    /// <summary>A returned bool has the opposite value.</summary>
    Returned,

    /// <summary>A comparison includes or excludes its bound: less than in place of less than or equal.</summary>
    Bound,

    /// <summary>And in place of or; or in place of and.</summary>
    AndOr,

    /// <summary>Plus in place of minus; minus in place of plus.</summary>
    PlusMinus,

    /// <summary>A call whose result is not used is left out.</summary>
    Dropped,

    /// <summary>A value that can be null is null.</summary>
    Absent,
}
