namespace Herald.Lab.Scenarios;

/// <summary>One handler in one phase.</summary>
/// <param name="Delivered">First acknowledgements, by when they were given.</param>
/// <param name="Failed">Answers of 500.</param>
/// <param name="Retries">Requests that were not the first attempt.</param>
/// <param name="Lags">From occurred_at to the first acknowledgement, of what occurred in the phase, whenever it was delivered.</param>
internal sealed record PhaseFigures(TimeSpan Length, long Delivered, long Failed, long Retries, SortedLags Lags)
{
    public double PerSecond => Length > TimeSpan.Zero ? Delivered / Length.TotalSeconds : 0;

    public TimeSpan? Lag(double share) => Lags.At(share);
}
