using System.Collections.Concurrent;
using Herald.Simulation.Running;
using Herald.Simulation.Worlds;
using Xunit;

namespace Herald.Simulation;

public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_promise_holds_in_every_world()
    {
        var first = int.TryParse(Environment.GetEnvironmentVariable("HERALD_SEED"), out var given) ? given : 1;
        var count = int.TryParse(Environment.GetEnvironmentVariable("HERALD_SEEDS"), out var seeds) ? seeds : 200;
        var reached = new Reached();
        long steps = 0;
        var failures = new ConcurrentBag<(int Seed, Exception Failure)>();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var world = new World(seed);
            try
            {
                world.Run();
            }
            catch (Exception failure)
            {
                failures.Add((seed, failure));
            }
            lock (reached)
            {
                reached.Add(world.Reached);
                steps += world.Steps;
            }
        });
        foreach (var (situation, times) in reached.Counts)
            output.WriteLine($"{times,12:N0}  {situation}");
        output.WriteLine($"{steps,12:N0}  steps");
        foreach (var (seed, failure) in failures.OrderBy(f => f.Seed).Take(10))
            output.WriteLine($"seed {seed}: {failure}");
        Assert.True(failures.IsEmpty, $"{failures.Count} of {count} worlds failed, the first with seed {failures.Select(f => f.Seed).DefaultIfEmpty().Min()}");
    }
}
