using System.Collections.Concurrent;
using Herald.Simulation.Runs;
using Herald.Simulation.Worlds;
using Xunit;

namespace Herald.Simulation;

/// <summary>
/// A store acknowledges something and does not keep it. The outside judge, which cannot look into the store, notices it in every world in
/// which somebody outside was promised what is lost.
/// </summary>
public sealed class LossTests
{
    private const int Worlds = 150, Felt = 100;

    [Fact]
    public void An_event_that_was_accepted_and_is_lost_is_noticed() => CheckNoticed(losesCommits: false, [1, 3, 4, 7, 8, 16]);

    [Fact]
    public void A_commit_that_was_acknowledged_and_is_lost_is_noticed() => CheckNoticed(losesCommits: true, [3, 13, 14, 16, 19]);

    private static void CheckNoticed(bool losesCommits, int[] breaks)
    {
        var (felt, missed) = (0, new ConcurrentBag<string>());
        Parallel.For(1, Worlds + 1, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            using var world = new World(seed, null, losesCommits);
            Exception? noticed = null;
            try
            {
                world.Run();
            }
            catch (Exception failure)
            {
                noticed = failure;
            }
            if (!world.IsLossFelt)
                return;
            Interlocked.Increment(ref felt);
            if ((noticed as Violation ?? noticed?.InnerException as Violation)?.Invariant is not { } broken || !breaks.Contains(broken))
                missed.Add($"seed {seed}: {noticed?.Message ?? "nobody has noticed"}");
        });
        Assert.Empty(missed);
        Assert.True(felt >= Felt, $"Of {Worlds} worlds only {felt} felt a loss.");
    }
}
