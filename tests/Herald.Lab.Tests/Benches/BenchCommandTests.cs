using Herald.Lab.Benches;
using Xunit;

namespace Herald.Lab.Tests.Benches;

public sealed class BenchCommandTests
{
    [Fact]
    public async Task Help_lists_every_bench()
    {
        var help = (await CommandRun.OfAsync("bench", "--help")).Out;
        Assert.All(BenchList.Known, bench => Assert.Contains($" {bench.Name}: {bench.Description}", help, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_bench_is_told_with_those_there_are()
    {
        var run = await CommandRun.OfAsync("bench", "nothing");
        Assert.Equal(2, run.Code);
        Assert.Equal($"There is no bench 'nothing'. The benches are: {string.Join(", ", BenchList.Known.Select(bench => bench.Name))}, all.\n", run.Error);
    }

    [Theory]
    [InlineData("--batch 5: only the bench accept has batches.", "deliver", "--batch", "5")]
    [InlineData("--nodes 3: only the bench latency has nodes.", "deliver", "--store", "postgres", "--nodes", "3")]
    [InlineData("--nodes 3: only the bench latency has nodes.", "all", "--nodes", "3")]
    [InlineData("--nodes 3: nodes share a database, so add --store postgres.", "latency", "--nodes", "3")]
    [InlineData("--nodes 0: must be 1 to 9.", "latency", "--store", "postgres", "--nodes", "0")]
    [InlineData("--nodes 10: must be 1 to 9.", "latency", "--store", "postgres", "--nodes", "10")]
    [InlineData("--rounds 0: must be 1 to 1000.", "accept", "--rounds", "0")]
    public async Task A_wrong_option_is_told(string expected, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(["bench", .. arguments]);
        Assert.Equal(2, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_RAM_disk_is_refused()
    {
        var run = await CommandRun.OfAsync("bench", "accept", "--data", "/dev/shm");
        Assert.Equal(1, run.Code);
        Assert.Contains("RAM disk", run.Error, StringComparison.Ordinal);
    }
}
