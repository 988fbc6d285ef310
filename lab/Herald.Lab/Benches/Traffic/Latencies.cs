using Herald.Lab.Ledgers;

namespace Herald.Lab.Benches.Traffic;

/// <summary>From the moment an event was to be published until it was received, in milliseconds, within 3 %. 0 where there is none.</summary>
internal sealed record Latencies(double P50, double P95, double P99, double Longest)
{
    public static Latencies Of(LatencyHistogram histogram)
    {
        return new(Share(0.5), Share(0.95), Share(0.99), Share(1));

        double Share(double share) => histogram.Percentile(share)?.TotalMilliseconds ?? 0;
    }
}
