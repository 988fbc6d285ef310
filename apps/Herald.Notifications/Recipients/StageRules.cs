using Herald.Messages;

namespace Herald.Notifications.Recipients;

/// <summary>What the settings say about recipients.</summary>
/// <param name="Limits">The limits of destinations; a destination without one has none.</param>
/// <param name="MaxDelay">A turn that is further away is none.</param>
internal sealed record StageRules(IReadOnlyDictionary<Destination, RateLimit> Limits, TimeSpan MaxDelay)
{
    public RateLimit? LimitOf(Destination destination) => Limits.GetValueOrDefault(destination);
}
