using Herald.Orders.Activity;

namespace Herald.Orders.Registrations;

/// <summary>What can be told of a handler's customer at one moment, to see later whether something was taken.</summary>
/// <param name="OldestAt">When the oldest event was accepted that it has not taken; null when there is none.</param>
/// <param name="Newest">The customer's newest event.</param>
/// <param name="NewestTaken">It has been delivered.</param>
internal readonly record struct TakingSample(DateTimeOffset? OldestAt, EventPlace? Newest, bool NewestTaken)
{
    /// <summary>Whether something was taken since the sample before, or there is nothing to take.</summary>
    /// <param name="previousTaken">The newest event of the sample before has been delivered by now.</param>
    /// <remarks>
    /// A key that always fails keeps the oldest event where it is: then the newest ones tell. With nothing but such keys, nothing is taken.
    /// </remarks>
    public bool ShowsTaking(TakingSample before, bool previousTaken) =>
        OldestAt is null || OldestAt != before.OldestAt
        || (NewestTaken && Newest != before.Newest)
        || (previousTaken && !before.NewestTaken);
}
