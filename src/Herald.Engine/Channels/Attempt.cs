using Herald.Engine.Events;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Channels;

/// <summary>One try at a delivery, as passed to a channel.</summary>
/// <param name="Secrets">Those of the endpoint; none when the channel has no <see cref="IChannel.Secret"/>.</param>
/// <param name="Event">Valid until the attempt has ended.</param>
/// <param name="MessageId">The same over attempts, redrives and replays; <c>[A-Za-z0-9_-]</c>.</param>
/// <param name="Sequence">The shard's sequence. It rises within a key, with gaps.</param>
/// <param name="Number">1 for the first attempt.</param>
public readonly record struct Attempt(
    Subscription Subscription, Secrets Secrets, EventView Event, string MessageId, long Sequence, int Number, Redelivery Redelivery);

/// <summary>The order of an operator for which an event is sent again.</summary>
public enum Redelivery : byte
{
    None,

    /// <summary>
    /// Of a dead letter. The event has a second place in the log, behind the other events of its key. A replay sends it from there too,
    /// with this mark: the event as it was first accepted can be removed from the log earlier, and a filter can keep it away.
    /// </summary>
    Redrive,

    /// <summary>Of all events from some place on, also of those that had only waited when the replay began.</summary>
    Replay,
}
