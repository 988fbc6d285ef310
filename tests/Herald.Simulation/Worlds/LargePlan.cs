namespace Herald.Simulation.Worlds;

/// <summary>
/// A world with up to as many shards as a store has by default, and with more nodes than the shards can be divided among evenly. Few worlds
/// are large, because each takes the time of several others.
/// </summary>
internal static class LargePlan
{
    /// <summary>One world of this many is large. The number is a prime, so that every other kind of world is among them.</summary>
    public const int WorldsPerLarge = 37;
    private const int Which = 11, LeastShards = 4, MostShards = 16, LeastNodes = 4, MostNodes = 7, LeastKeys = 6, MostKeys = 24;

    public static bool IsOne(int seed, WorldPlan drawn) => seed % WorldsPerLarge == Which && !drawn.Circles;

    // It uses its own random numbers, so all other worlds stay what they are.
    public static WorldPlan Of(int seed, WorldPlan drawn)
    {
#pragma warning disable CA5394 // No secret hangs on it.
        var random = new Random(seed);
        return drawn with
        {
            Shards = random.Next(LeastShards, MostShards + 1),
            Nodes = drawn.LeasesLast is null ? 1 : random.Next(LeastNodes, MostNodes + 1),
            Keys = random.Next(LeastKeys, MostKeys + 1),
        };
#pragma warning restore CA5394
    }
}
