using Herald.Engine.Inspection;

namespace Herald.Orders.Registrations;

/// <summary>Decides whether a handler would have events to take.</summary>
internal static class Undelivered
{
    /// <summary>
    /// True for deliveries that are known individually, and for log entries that are still to be read. Held keys do not count: they wait
    /// for an operator, not for a handler.
    /// </summary>
    /// <remarks>
    /// The number of waiting entries is no measure. For shards of other nodes it counts all entries accepted since those nodes saved, also
    /// entries for other customers.
    /// </remarks>
    public static bool IsIn(SubscriptionLag lag) => lag.Behind || lag.BlockedKeys > 0 || lag.Shards.Any(shard => shard.Outstanding > 0);
}
