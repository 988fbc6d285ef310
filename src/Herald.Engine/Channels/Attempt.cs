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

/// <summary>The reason for which a receiver may see an event again that it has already acknowledged.</summary>
public enum Redelivery
{
    None,
    Redrive,
    Replay,
}
