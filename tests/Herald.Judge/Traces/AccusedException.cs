namespace Herald.Judging.Traces;

/// <summary>The facts show that Herald has broken a promise.</summary>
/// <param name="invariant">The broken promise, by its number in ARCHITECTURE.md.</param>
public sealed class AccusedException(int invariant, string what) : Exception($"{invariant}: {what}")
{
    public int Invariant => invariant;
}
