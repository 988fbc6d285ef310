using Herald.Hosting.Commands;
using Herald.Lab.Benches;
using Herald.Lab.Benches.Rounds;
using Xunit;

namespace Herald.Lab.Tests.Benches.Rounds;

public sealed class AlternationTests
{
    private readonly List<string> _log = [];

    [Fact]
    public async Task All_are_warmed_up_and_every_round_has_the_opposite_order()
    {
        var sides = await RunAsync(new BenchOptions(TimeSpan.FromSeconds(5), 3, null, false));
        Assert.Equal(["a", "b", "c", "a", "b", "c", "c", "b", "a", "a", "b", "c"], _log);
        // The first run was the warm-up.
        Assert.Equal([2, 3, 4], sides[0].Figure(count => count).Series.Rounds);
        Assert.Equal([-2, -3, -4], sides[1].Figure(count => -count).Series.Rounds);
    }

    [Fact]
    public async Task A_brief_one_is_one_round_and_nothing_else()
    {
        await RunAsync(BenchOptions.Brief(null));
        Assert.Equal(["a", "b", "c"], _log);
    }

    private async Task<List<MeasuredSide<int>>> RunAsync(BenchOptions options)
    {
        using var directory = BenchDirectory.Create(null);
        var progress = new BenchProgress(
            new Terminal(TextWriter.Null, TextWriter.Null, false, new Screen(null, false, TimeProvider.System)), false, "test");
        await using var rig = new BenchRig(options, directory, progress, TimeProvider.System);
        var sides = "abc".Select(letter => letter.ToString()).Select(name =>
        {
            var count = 0;
            return new MeasuredSide<int>(name, [], _ =>
            {
                _log.Add(name);
                return Task.FromResult(++count);
            }, rig);
        }).ToList();
        await Alternation.RunAsync("test", rig, TestContext.Current.CancellationToken, sides);
        return sides;
    }
}
