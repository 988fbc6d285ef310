namespace Herald.Lab.Benches.Traffic;

/// <summary>The counts of a publisher.</summary>
/// <param name="AcceptedHot">The accepted events of hot keys.</param>
/// <param name="Refused">Events that were answered with a status of 400 or more.</param>
/// <param name="Broken">Events that were not answered.</param>
internal sealed record SentTotals(long Accepted, long AcceptedHot, long Refused, long Broken, TimeSpan Duration)
{
    public long AcceptedOthers => Accepted - AcceptedHot;
    public double PerSecond => Accepted / Duration.TotalSeconds;
}
