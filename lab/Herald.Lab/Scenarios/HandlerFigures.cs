namespace Herald.Lab.Scenarios;

/// <summary>What one handler has done, for the judge.</summary>
/// <param name="Delivered">First acknowledgements in all.</param>
/// <param name="DeliveredInHell">Acknowledgements while everything was answered 500, after what had arrived before was answered.</param>
/// <param name="CalmHalves">The lags of what occurred in the first and in the second half of the phase before hell: nothing differs but the time.</param>
/// <param name="CaughtUpAt">When the last event that occurred before the end of hell was acknowledged, from the beginning of the load; null when one is missing.</param>
internal sealed record HandlerFigures(
    HandlerRole Role, IReadOnlyDictionary<Phase, PhaseFigures> Phases, (SortedLags First, SortedLags Second) CalmHalves,
    long Delivered, long DeliveredInHell, long Violations, TimeSpan? CaughtUpAt)
{
    /// <summary>By how much the lag that this share did not exceed differs between two times in which nobody was in hell.</summary>
    public TimeSpan? CalmSpread(double share) =>
        CalmHalves.First.At(share) is { } first && CalmHalves.Second.At(share) is { } second ? (first - second).Duration() : null;
}
