using Herald.Engine.Subscriptions;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Ledgers;

namespace Herald.Lab.Benches.Flaky;

/// <summary>
/// The lower limit of the waits for a receiver that fails one request in ten. It is simulated with always the same random numbers: events
/// of a key arrive at even intervals and wait for the one before them, an attempt takes no time, and each failed attempt is followed by the
/// waits of the default policy.
/// </summary>
internal static class LeastWaits
{
    private const int Events = 1_000_000, Seed = 1;

    public static Latencies Of(TimeSpan betweenEventsOfKey)
    {
        var waits = (RetryWaits.Exponential)RetryPolicy.Default.Waits;
#pragma warning disable CA5394 // No secret depends on it.
        var random = new Random(Seed);
        var histogram = new LatencyHistogram();
        double due = 0, free = 0;
        for (var i = 0; i < Events; i++, due += betweenEventsOfKey.TotalMilliseconds)
        {
            var at = Math.Max(due, free);
            for (var failed = 0; random.NextDouble() < TrafficSink.FlakyShare; failed++)
            {
                var wait = failed < waits.First.Count
                    ? waits.First[failed]
                    : waits.Base * Math.Pow(waits.Factor, failed - waits.First.Count);
                at += wait.TotalMilliseconds * (1 + (waits.Jitter * ((2 * random.NextDouble()) - 1)));
            }
            free = at;
            histogram.Record(TimeSpan.FromMilliseconds(at - due));
        }
#pragma warning restore CA5394
        return Latencies.Of(histogram);
    }
}
