namespace Herald.Lab.Benches.Traffic;

/// <summary>What a publisher did.</summary>
/// <param name="AcceptedHot">Of the accepted, those of hot keys.</param>
/// <param name="Refused">Answered with a status of 400 or more.</param>
/// <param name="Broken">Not answered.</param>
internal sealed record SentTotals(long Accepted, long AcceptedHot, long Refused, long Broken, TimeSpan Duration)
{
    public long AcceptedOthers => Accepted - AcceptedHot;
    public double PerSecond => Accepted / Duration.TotalSeconds;
}
