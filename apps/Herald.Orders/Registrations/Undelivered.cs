using Herald.Engine.Inspection;

namespace Herald.Orders.Registrations;

/// <summary>Whether a handler would have something to take.</summary>
internal static class Undelivered
{
    /// <summary>
    /// By what is known one by one, or is still to be read. How many wait is no measure: of shards of other nodes it counts what was accepted
    /// since they saved, whoever it is for. Held keys wait for an operator, not for a handler.
    /// </summary>
    public static bool IsIn(SubscriptionLag lag) => lag.Behind || lag.BlockedKeys > 0 || lag.Shards.Any(shard => shard.Outstanding > 0);
}
