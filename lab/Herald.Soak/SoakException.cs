namespace Herald.Soak;

/// <summary>A problem that the judge of deliveries does not see: a node that ended by itself, or load that is not accepted.</summary>
/// <param name="invariant">The number of the broken invariant in ARCHITECTURE.md; null when the soak itself cannot go on.</param>
internal sealed class SoakException(int? invariant, string message) : Exception(message)
{
    public int? Invariant => invariant;
}
