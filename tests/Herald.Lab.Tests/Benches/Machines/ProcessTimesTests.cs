using Herald.Lab.Benches.Machines;
using Xunit;

namespace Herald.Lab.Tests.Benches.Machines;

public sealed class ProcessTimesTests
{
    [Theory]
    [InlineData("herald")]
    [InlineData("a (very) odd name 1 2 3")]
    public void The_times_are_found_whatever_the_process_is_called(string name)
    {
        var times = ProcessTimes.Parse($"1234 ({name}) S 1 1234 1234 0 -1 4194560 100 0 3 0 250 150 30 20 20 0 9 0 5000 1000000 500 18446744073709551615");
        Assert.Equal((TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(0.5)), (times.Own, times.EndedChildren));
    }

    [Fact]
    public void A_machine_is_busy_with_all_but_idling_and_waiting() =>
        Assert.Equal(TimeSpan.FromSeconds(6.3), MachineTimes.Parse("cpu  100 20 300 40000 500 60 70 80 9 1"));

    [Fact]
    public void What_waited_for_a_processor_is_told_in_microseconds() =>
        Assert.Equal(TimeSpan.FromSeconds(1.5), CpuPressure.Parse("some avg10=93.95 avg60=95.28 avg300=88.38 total=1500000"));

    [Fact]
    public void A_process_that_works_has_taken_time() => Assert.True(ProcessTimes.Of(Environment.ProcessId).Own > TimeSpan.Zero);
}
