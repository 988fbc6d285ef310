namespace Herald.StoreBench.Figures;

/// <summary>The rounds of one store with one size of groups.</summary>
/// <param name="ReadBack">How many events of the first round, which is not measured, were read back and compared.</param>
internal sealed record StoreFigures(string Store, int Group, long ReadBack, IReadOnlyList<RoundFigures> Rounds)
{
    /// <summary>Every figure with its name in the JSON.</summary>
    public static readonly IReadOnlyList<(string Name, Func<RoundFigures, double> Of)> All =
    [
        ("events_per_s", round => round.EventsPerSecond),
        ("p50_ms", round => round.P50.TotalMilliseconds),
        ("p99_ms", round => round.P99.TotalMilliseconds),
        ("written_bytes_per_event", round => round.WrittenPerEvent),
        ("written_bytes_per_event_closed", round => round.WrittenPerEventClosed),
        ("on_disk_bytes_per_event", round => round.OnDiskPerEvent),
        ("given_bytes_per_event", round => round.GivenPerEvent),
        ("cpu_s_per_100000_events", round => round.CpuPer100000),
        ("events_per_sync", round => round.EventsPerSync),
    ];

    public Series Series(Func<RoundFigures, double> figure) => new([.. Rounds.Select(figure)]);
}
