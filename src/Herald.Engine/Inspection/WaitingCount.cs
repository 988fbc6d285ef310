namespace Herald.Engine.Inspection;

/// <summary>What a number of waiting deliveries means.</summary>
public enum CountMeaning
{
    /// <summary>Deliveries in memory, and all entries that are not read yet. It can be too high or too low.</summary>
    Estimate,
    Exact,

    /// <summary>There can be more: the counting reached its bound.</summary>
    AtLeast,

    /// <summary>
    /// There can be fewer. What the owner of a shard has done since it saved, or the owner before it, is not known here; or the counting
    /// reached its bound as well, and the rest is counted whole.
    /// </summary>
    AtMost,
}

/// <summary>The events that a subscription has still to get, counted in the logs.</summary>
/// <param name="Oldest">The oldest of them; null when there is none, or when it is no longer kept.</param>
public sealed record WaitingCount(long Waiting, CountMeaning Meaning, TailedEvent? Oldest);
