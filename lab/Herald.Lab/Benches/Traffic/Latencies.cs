using Herald.Lab.Ledgers;

namespace Herald.Lab.Benches.Traffic;

/// <summary>
/// The times from the scheduled publication of an event until its receipt, in milliseconds, accurate to 3 %. All are 0 when no event was
/// received.
/// </summary>
internal sealed record Latencies(double P50, double P95, double P99, double Longest)
{
    public static Latencies Of(LatencyHistogram histogram)
    {
        return new(Share(0.5), Share(0.95), Share(0.99), Share(1));

        double Share(double share) => histogram.Percentile(share)?.TotalMilliseconds ?? 0;
    }
}
