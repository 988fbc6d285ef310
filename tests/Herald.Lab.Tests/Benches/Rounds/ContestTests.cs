using Herald.Hosting.Commands;
using Herald.Lab.Benches;
using Herald.Lab.Benches.Rounds;
using Xunit;

namespace Herald.Lab.Tests.Benches.Rounds;

public sealed class ContestTests
{
    private readonly List<string> _log = [];

    [Fact]
    public async Task Both_are_warmed_up_and_then_take_turns_at_being_first()
    {
        var (limit, herald) = await RunAsync(new BenchOptions(TimeSpan.FromSeconds(5), 3, null, false));
        Assert.Equal(
            ["limit warms up", "herald warms up", "limit prepares", "limit", "herald prepares", "herald", "herald prepares", "herald", "limit prepares", "limit",
                "limit prepares", "limit", "herald prepares", "herald"],
            _log);
        Assert.Equal([1, 2, 3], limit.Series.Rounds);
        Assert.Equal([1, 2, 3], herald.Series.Rounds);
    }

    [Fact]
    public async Task A_brief_one_is_one_round_and_nothing_else()
    {
        await RunAsync(BenchOptions.Brief(null));
        Assert.Equal(["limit prepares", "limit", "herald prepares", "herald"], _log);
    }

    private async Task<(Herald.Lab.Benches.Reports.BenchSide Limit, Herald.Lab.Benches.Reports.BenchSide Herald)> RunAsync(BenchOptions options)
    {
        using var directory = BenchDirectory.Create(null);
        var progress = new BenchProgress(
            new Terminal(TextWriter.Null, TextWriter.Null, false, new Screen(null, false, TimeProvider.System)), false, "test");
        await using var rig = new BenchRig(options, directory, progress, TimeProvider.System);
        return await Contest.RunAsync(new Scripted("limit", _log), new Scripted("herald", _log), rig, TestContext.Current.CancellationToken);
    }

    /// <summary>Its figures are 1, 2, 3 …</summary>
    private sealed class Scripted(string name, List<string> log) : IContender
    {
        private int _rounds;

        public string Name => name;
        public IReadOnlyList<CpuSource> Processes => [];

        public Task WarmUpAsync(TimeSpan length, CancellationToken cancel) => Log($"{name} warms up");

        public Task PrepareAsync(TimeSpan length, CancellationToken cancel) => Log($"{name} prepares");

        public Task<double> MeasureAsync(TimeSpan length, CancellationToken cancel)
        {
            log.Add(name);
            return Task.FromResult<double>(++_rounds);
        }

        private Task Log(string entry)
        {
            log.Add(entry);
            return Task.CompletedTask;
        }
    }
}
