namespace Herald.Lab.Scenarios;

/// <summary>The figures of one handler, for the verdict.</summary>
/// <param name="Delivered">All first acknowledgements.</param>
/// <param name="DeliveredInHell">
/// Acknowledgements during hell, in which every request must be answered 500. Counting starts when the requests from before are answered.
/// </param>
/// <param name="CalmHalves">
/// The lags of events from the first and from the second half of the phase before hell. Only the time differs between them.
/// </param>
/// <param name="CaughtUpAt">
/// When the last event from before the end of hell was acknowledged, since the beginning of the load; null when one is missing.
/// </param>
internal sealed record HandlerFigures(
    HandlerRole Role, IReadOnlyDictionary<Phase, PhaseFigures> Phases, (SortedLags First, SortedLags Second) CalmHalves,
    long Delivered, long DeliveredInHell, long Violations, TimeSpan? CaughtUpAt)
{
    /// <summary>
    /// The difference between the lags that this share did not exceed, between two periods in which no handler was in hell.
    /// </summary>
    public TimeSpan? CalmSpread(double share) =>
        CalmHalves.First.At(share) is { } first && CalmHalves.Second.At(share) is { } second ? (first - second).Duration() : null;
}
