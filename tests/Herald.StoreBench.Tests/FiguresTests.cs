using Herald.StoreBench.Figures;
using Xunit;

namespace Herald.StoreBench.Tests;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(new[] { 3.0, 1, 2 }, 2)]
    [InlineData(new[] { 4.0, 1, 2, 3 }, 2.5)]
    public void Half_of_the_rounds_are_above_the_median(double[] rounds, double median) => Assert.Equal(median, new Series(rounds).Median);

    [Fact]
    public void The_kernels_count_is_read_by_name()
    {
        var io = ProcessIo.Parse(["rchar: 1", "wchar: 2", "syscr: 3", "syscw: 4", "read_bytes: 5", "write_bytes: 6", "cancelled_write_bytes: 7"]);
        Assert.Equal(new ProcessIo(Given: 2, Written: 6), io);
        Assert.Equal(new ProcessIo(Given: 1, Written: 2), io - new ProcessIo(1, 4));
    }

    [Fact]
    public void Figures_are_those_of_one_event()
    {
        var round = new RoundFigures(
            200_000, TimeSpan.FromSeconds(4), TimeSpan.Zero, TimeSpan.Zero, new ProcessIo(100_000_000, 200_000_000), new ProcessIo(0, 300_000_000),
            TimeSpan.FromSeconds(3), 1000, 50_000_000);
        Assert.Equal(
            [50_000, 500, 1000, 1500, 250, 1.5, 200],
            (double[])
            [
                round.EventsPerSecond, round.GivenPerEvent, round.WrittenPerEvent, round.WrittenPerEventClosed, round.OnDiskPerEvent,
                round.CpuPer100000, round.EventsPerSync,
            ]);
    }

    [Theory]
    [InlineData("/tmp/bench", "8:1")]
    [InlineData("/var/bench", "8:2")]
    [InlineData("/variable", "8:1")]
    [InlineData("/var", "8:2")]
    [InlineData("/var/lib/a", "8:4")]
    public void The_disk_is_that_of_the_deepest_mount(string directory, string device) => Assert.Equal(
        new Disk(device),
        Disk.Find(directory,
        [
            "30 27 8:3 / /var/lib rw - ext4 /dev/sda3 rw", "27 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw", "28 27 8:2 / /var rw - ext4 /dev/sda2 rw",
            "31 27 8:4 / /var/lib rw - ext4 /dev/sda4 rw",
        ]));
}
