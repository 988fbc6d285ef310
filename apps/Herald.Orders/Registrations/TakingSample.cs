using Herald.Orders.Activity;

namespace Herald.Orders.Registrations;

/// <summary>A sample of a handler's customer. Two samples show whether the handler has taken an event in between.</summary>
/// <param name="OldestAt">When the oldest event that the handler has not taken was accepted; null when there is none.</param>
/// <param name="Newest">The place of the customer's newest event.</param>
/// <param name="NewestTaken">The newest event has been delivered.</param>
internal readonly record struct TakingSample(DateTimeOffset? OldestAt, EventPlace? Newest, bool NewestTaken)
{
    /// <summary>Whether the handler has taken an event since the sample before, or has nothing to take.</summary>
    /// <param name="previousTaken">The newest event of the sample before has been delivered since.</param>
    /// <remarks>
    /// With a key that always fails, the oldest event does not change, so the newest events decide. A handler that has only such keys takes
    /// nothing.
    /// </remarks>
    public bool ShowsTaking(TakingSample before, bool previousTaken) =>
        OldestAt is null || OldestAt != before.OldestAt
        || (NewestTaken && Newest != before.Newest)
        || (previousTaken && !before.NewestTaken);
}
