namespace Herald.Engine.Sources;

/// <summary>What became of a batch of messages.</summary>
/// <param name="Duplicates">Already accepted before: not delivered again.</param>
/// <param name="Rejected">Not understood, or an id that was given to something else: dead letters.</param>
public readonly record struct SourceTally(int Accepted, int Duplicates, int Rejected)
{
    public static SourceTally operator +(SourceTally a, SourceTally b) =>
        new(a.Accepted + b.Accepted, a.Duplicates + b.Duplicates, a.Rejected + b.Rejected);
}
