namespace Herald.Cli.Scenarios;

/// <summary>One handler in one phase.</summary>
/// <param name="Delivered">First acknowledgements, by when they were given.</param>
/// <param name="Failed">Answers of 500.</param>
/// <param name="Retries">Requests that were not the first attempt.</param>
/// <param name="Lags">From occurred_at to the first acknowledgement, sorted, of what occurred in the phase, whenever it was delivered.</param>
internal sealed record PhaseFigures(TimeSpan Length, long Delivered, long Failed, long Retries, IReadOnlyList<TimeSpan> Lags)
{
    public double PerSecond => Length > TimeSpan.Zero ? Delivered / Length.TotalSeconds : 0;

    /// <summary>The lag that this share did not exceed; null while there are none.</summary>
    public TimeSpan? Lag(double share) => Lags.Count == 0 ? null : Lags[Math.Clamp((int)Math.Ceiling(Lags.Count * share) - 1, 0, Lags.Count - 1)];
}
