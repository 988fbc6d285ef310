namespace Herald.Lab.Scenarios;

/// <summary>The figures of one handler, for the verdict.</summary>
/// <param name="Delivered">All first acknowledgements.</param>
/// <param name="DeliveredInHell">
/// Acknowledgements during hell, in which every request must be answered 500. Counting starts when the requests from before are answered.
/// </param>
/// <param name="CalmQuarters">The lags of events from each quarter of the phase before hell. Only the time differs between them.</param>
/// <param name="CaughtUpAt">
/// When the last event from before the end of hell was acknowledged, since the beginning of the load; null when one is missing.
/// </param>
internal sealed record HandlerFigures(
    HandlerRole Role, IReadOnlyDictionary<Phase, PhaseFigures> Phases, IReadOnlyList<SortedLags> CalmQuarters,
    long Delivered, long DeliveredInHell, long Violations, TimeSpan? CaughtUpAt)
{
    /// <summary>
    /// The shortest and the longest of the lags that this share did not exceed, in periods in which no handler was in hell. Their difference
    /// is what chance and other programs on the machine cause. Null when a period has no lags.
    /// </summary>
    public (TimeSpan Least, TimeSpan Most)? CalmRange(double share)
    {
        var lags = CalmQuarters.Select(quarter => quarter.At(share)).ToList();
        return lags.Count > 0 && lags.TrueForAll(lag => lag is not null) ? (lags.Min()!.Value, lags.Max()!.Value) : null;
    }
}
