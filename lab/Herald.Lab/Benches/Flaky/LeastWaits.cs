using Herald.Engine.Retrying;
using Herald.Engine.Subscriptions;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Ledgers;

namespace Herald.Lab.Benches.Flaky;

/// <summary>
/// The least that a receiver allows which fails one request in ten, when each attempt costs nothing and each failed one is followed by the waits of the default
/// policy: events of a key come at even times, and wait for the one before them. Played with random numbers, always the same.
/// </summary>
internal static class LeastWaits
{
    private const int Events = 1_000_000, Seed = 1;

    public static Latencies Of(TimeSpan betweenEventsOfKey)
    {
        var waits = (RetryWaits.Exponential)RetryPolicy.Default.Waits;
#pragma warning disable CA5394 // No secret hangs on it.
        var random = new Random(Seed);
        var histogram = new LatencyHistogram();
        double due = 0, free = 0;
        for (var i = 0; i < Events; i++, due += betweenEventsOfKey.TotalMilliseconds)
        {
            var at = Math.Max(due, free);
            for (var failed = 0; random.NextDouble() < TrafficSink.FlakyShare; failed++)
            {
                var wait = failed < waits.First.Count ? waits.First[failed] : waits.Base * Math.Pow(waits.Factor, failed - waits.First.Count);
                at += wait.TotalMilliseconds * (1 + (waits.Jitter * ((2 * random.NextDouble()) - 1)));
            }
            free = at;
            histogram.Record(TimeSpan.FromMilliseconds(at - due));
        }
#pragma warning restore CA5394
        return Latencies.Of(histogram);
    }
}
