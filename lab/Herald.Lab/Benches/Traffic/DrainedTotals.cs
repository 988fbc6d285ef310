namespace Herald.Lab.Benches.Traffic;

/// <param name="Sinks">The totals of each endpoint, by its number.</param>
/// <param name="Latencies">The latencies of all endpoints together, without hot keys.</param>
internal sealed record DrainedTotals(IReadOnlyList<SinkTotals> Sinks, Latencies Latencies);
