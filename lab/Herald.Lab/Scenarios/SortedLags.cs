namespace Herald.Lab.Scenarios;

/// <summary>The times from events to their first acknowledgements, sorted for percentiles.</summary>
internal sealed class SortedLags(IEnumerable<TimeSpan> lags)
{
    private readonly TimeSpan[] _sorted = [.. lags.Order()];

    /// <summary>The lag that this share did not exceed; null when there are none.</summary>
    public TimeSpan? At(double share) =>
        _sorted.Length == 0 ? null : _sorted[Math.Clamp((int)Math.Ceiling(_sorted.Length * share) - 1, 0, _sorted.Length - 1)];
}
