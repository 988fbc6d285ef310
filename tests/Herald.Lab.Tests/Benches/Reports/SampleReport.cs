using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Tests.Benches.Reports;

internal static class SampleReport
{
    public static BenchReport Of(bool brief = false, params string[] failures) => new(
        "accept", "The ratio matters.",
        [
            new("events/s", Unit.EventsPerSecond,
                new("raw Kestrel", new Series([90_000, 100_000, 120_000]), new CpuUse([new CpuShare("raw-kestrel", 1.1), new CpuShare("wrk", 0.8)], 0.05)),
                new("herald", new Series([50_000, 40_000, 60_000]), CpuUse.Unmeasured),
                [new Target.RatioAtLeast(0.6), new Target.AtLeast(45_000)]),
        ],
        brief, new Machine(2, "A CPU", 8L << 30, "6.1", "10.0.1", 1234.5), "abc", ["Generator: wrk."], failures);

    /// <summary>A report without a figure to compare with.</summary>
    public static BenchReport Alone { get; } = Of() with
    {
        Rows = [new("deliveries/s", Unit.DeliveriesPerSecond, null, new("herald", new Series([7]), CpuUse.Unmeasured), [])],
    };
}
