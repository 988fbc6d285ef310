using Herald.Engine.Subscriptions;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Worlds;

/// <summary>
/// A world in which one key of each subscription fails throughout, and everything else of its receiver is well: see
/// <see cref="WorldPlan.Steady"/>.
/// </summary>
internal sealed record SteadyPlan(double? RatePerSecond, bool HasTtl)
{
    /// <summary>One world of this many is steady.</summary>
    public const int WorldsPerSteady = 8;
    private const int Which = 5, LeastKeys = 3, LeastSubscriptions = 2, LeastMs = 15_000, LeastBlocked = 8;

    /// <summary>All clocks agree, so that times can be judged closely.</summary>
    public const long SkewMs = 0;

    public static bool IsOne(int seed) => seed % WorldsPerSteady == Which;

    // It uses its own random numbers, so all other worlds stay what they are.
    public static WorldPlan Of(int seed, WorldPlan drawn)
    {
#pragma warning disable CA5394 // No secret hangs on it.
        var random = new Random(seed);
        return drawn with
        {
            Keys = Math.Max(LeastKeys, drawn.Keys),
            Subscriptions = Math.Max(LeastSubscriptions, drawn.Subscriptions),
            RoughMs = Math.Max(LeastMs, drawn.RoughMs),
            NodesFail = drawn.NodesFail && random.NextDouble() < 0.4,
            StoreFails = drawn.StoreFails && random.NextDouble() < 0.4,
            ChannelsGo = false,
            Circles = false,
            IsGreedy = false,
            TellsOfCatalog = 0.7,
            Options = drawn.Options with { MaxBlockedPerSubscription = LeastBlocked, MaxBlocked = 4 * LeastBlocked },
            Steady = new SteadyPlan(random.NextDouble() < 0.3 ? random.Next(2, 6) : null, random.NextDouble() < 0.3),
        };
#pragma warning restore CA5394
    }

    public RetryPolicy DrawPolicy(Simulator simulator) => new()
    {
        Waits = new RetryWaits.Exponential(TimeSpan.FromSeconds(2), 3, TimeSpan.FromSeconds(20), 0.1),
        MaxAttempts = simulator.Draw(0.5) ? simulator.Draw(2, 4) : null,
        MaxAge = TimeSpan.FromSeconds(simulator.Draw(0.4) ? simulator.Draw(10, 30) : 86_400),
        Ttl = HasTtl ? TimeSpan.FromSeconds(simulator.Draw(3, 8)) : null,
        OnExhausted = simulator.Draw<OnExhausted>([OnExhausted.DeadLetter, OnExhausted.Hold]),
    };

    /// <summary>Sets the limit of attempts per second, if there is one. The subscription whose receiver is always well gets none.</summary>
    public DeliveryLimits Limit(string id, DeliveryLimits limits) => id == "s2" ? limits with { RatePerSecond = RatePerSecond } : limits;
}
