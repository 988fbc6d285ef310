namespace Herald.Judging.Traces;

/// <summary>What was asked for and what was received cannot both be as promised.</summary>
/// <param name="invariant">Which promise is broken, by its number in ARCHITECTURE.md.</param>
public sealed class AccusedException(int invariant, string what) : Exception($"{invariant}: {what}")
{
    public int Invariant => invariant;
}
