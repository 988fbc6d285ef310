namespace Herald.Engine.Sources;

/// <summary>Counts the results of a batch of messages.</summary>
/// <param name="Duplicates">Messages accepted before; they are not delivered again.</param>
/// <param name="Rejected">Messages that were not understood, or whose id belongs to other content. They become dead letters.</param>
public readonly record struct SourceTally(int Accepted, int Duplicates, int Rejected)
{
    public static SourceTally operator +(SourceTally a, SourceTally b) =>
        new(a.Accepted + b.Accepted, a.Duplicates + b.Duplicates, a.Rejected + b.Rejected);
}
