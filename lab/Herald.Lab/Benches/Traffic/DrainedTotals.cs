namespace Herald.Lab.Benches.Traffic;

/// <param name="Sinks">Each endpoint by its number.</param>
/// <param name="Latencies">Of all endpoints together, but for hot keys.</param>
internal sealed record DrainedTotals(IReadOnlyList<SinkTotals> Sinks, Latencies Latencies);
