namespace Herald.Soak;

/// <summary>Something is broken that the judge of deliveries does not see: a node that ended by itself, load that is not taken.</summary>
/// <param name="invariant">Which, by its number in ARCHITECTURE.md; null when the soak itself cannot go on.</param>
internal sealed class SoakException(int? invariant, string message) : Exception(message)
{
    public int? Invariant => invariant;
}
