using Herald.Lab.Benches.Rounds;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Lab.Tests.Benches.Rounds;

public sealed class CpuMeterTests
{
    [Fact]
    public async Task Only_what_is_taken_while_something_is_measured_counts()
    {
        var clock = new ManualClock();
        var taken = TimeSpan.FromSeconds(100);
        var meter = new CpuMeter([new CpuSource("server", () => taken), new CpuSource("idle", () => TimeSpan.Zero)], () => taken * 1.5, clock);

        Assert.Equal("figure", await meter.MeasureAsync(() => PassAsync(seconds: 2, busy: 1)));
        await PassAsync(seconds: 50, busy: 50);
        await meter.MeasureAsync(() => PassAsync(seconds: 2, busy: 2));

        Assert.Equal([new CpuShare("server", 0.75), new CpuShare("idle", 0)], meter.Use().Shares);
        Assert.Equal(0.375, meter.Use().Others);

        Task<string> PassAsync(int seconds, int busy)
        {
            clock.Advance(TimeSpan.FromSeconds(seconds));
            taken += TimeSpan.FromSeconds(busy);
            return Task.FromResult("figure");
        }
    }
}
