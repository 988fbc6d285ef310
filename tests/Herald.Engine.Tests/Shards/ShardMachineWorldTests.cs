using Xunit;

namespace Herald.Engine.Tests.Shards;

public sealed class ShardMachineWorldTests
{
    private const int Seeds = 1500;

    [Fact]
    public void Damaged_progress_costs_repeats_and_loses_nothing()
    {
        var reached = new Dictionary<string, int>();
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var world = new ShardWorld(seed, damages: true);
            try
            {
                world.Run(300);
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {seed}: {failure.Message}\n{failure.StackTrace}");
            }
            foreach (var (what, count) in world.Reached)
                reached[what] = reached.GetValueOrDefault(what) + count;
        }
        foreach (var what in new[] { "restored from damaged progress", "restored with one subscription's progress damaged", "restored with records lost", "repeats" })
            Assert.True(reached.GetValueOrDefault(what) > 100, $"'{what}' was reached {reached.GetValueOrDefault(what)} times in {Seeds} seeds");
    }

    [Fact]
    public void Every_seed_keeps_the_order_of_every_key_and_loses_nothing()
    {
        var reached = new Dictionary<string, int>();
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var world = new ShardWorld(seed);
            try
            {
                world.Run(300);
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {seed}: {failure.Message}\n{failure.StackTrace}");
            }
            foreach (var (what, count) in world.Reached)
                reached[what] = reached.GetValueOrDefault(what) + count;
        }
        // Worlds that never reach these states would prove nothing.
        foreach (var what in new[]
        {
            "scans", "repeats", "skips", "crashes", "crashes with blocked lanes", "pauses", "resumes", "edits", "replays with attempts in flight",
            "blocked lanes", "draining lanes", "behind", "behind with blocked lanes",
        })
            Assert.True(reached.GetValueOrDefault(what) > 100, $"'{what}' was reached {reached.GetValueOrDefault(what)} times in {Seeds} seeds");
    }
}
