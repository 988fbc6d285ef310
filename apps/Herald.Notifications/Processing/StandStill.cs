using Herald.Engine.Applications;
using Herald.Engine.Stores;

namespace Herald.Notifications.Processing;

/// <summary>
/// What a whole shard needs is damaged. To go on without it would make a dead letter of each of its events. So the shard waits until the
/// entry is restored, and tells the log why.
/// </summary>
internal static class StandStill
{
    /// <exception cref="StoreUnavailableException">The list of timers cannot be read.</exception>
    public static void UnlessReadable(DueList dues)
    {
        try
        {
            _ = dues.NextAtMs;
        }
        catch (InvalidDataException damage)
        {
            throw Because(damage);
        }
    }

    public static StoreUnavailableException Because(InvalidDataException damage) =>
        new($"Notifications of this shard stand still, and nothing of them is lost: {damage.Message}", damage);
}
