namespace Herald.Lab.Scenarios;

/// <summary>The figures of one handler in one phase.</summary>
/// <param name="Delivered">First acknowledgements that were given in the phase.</param>
/// <param name="Failed">Answers with 500.</param>
/// <param name="Retries">Requests after the first attempt.</param>
/// <param name="Lags">
/// The times from occurred_at to the first acknowledgement, of events that occurred in the phase, whenever they were delivered.
/// </param>
internal sealed record PhaseFigures(TimeSpan Length, long Delivered, long Failed, long Retries, SortedLags Lags)
{
    public double PerSecond => Length > TimeSpan.Zero ? Delivered / Length.TotalSeconds : 0;

    public TimeSpan? Lag(double share) => Lags.At(share);
}
