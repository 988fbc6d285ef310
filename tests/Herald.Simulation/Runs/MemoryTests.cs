using System.Runtime.CompilerServices;
using Herald.Simulation.Worlds;
using Xunit;

namespace Herald.Simulation.Runs;

/// <summary>
/// A run of many worlds needs the memory of one. Static lists, such as the list of all meters of a process, must not keep a world.
/// </summary>
public sealed class MemoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(48)]
    public void A_world_that_is_over_is_let_go(int seed)
    {
        var world = Run(seed);
        for (var i = 0; i < 3 && world.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(world.IsAlive);
    }

    // A method of its own, so that no local of the test holds the world.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Run(int seed)
    {
        using var world = new World(seed);
        world.Run();
        return new WeakReference(world);
    }
}
