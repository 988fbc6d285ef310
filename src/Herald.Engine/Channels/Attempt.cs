using Herald.Engine.Events;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Channels;

/// <summary>One try at a delivery, as a channel sees it.</summary>
/// <param name="Event">Lent until the attempt has ended.</param>
/// <param name="MessageId">Stable over attempts, redrives and replays; <c>[A-Za-z0-9_-]</c>.</param>
/// <param name="Sequence">The shard's sequence: rises per key, not contiguous.</param>
/// <param name="Number">1 for the first attempt.</param>
public readonly record struct Attempt(
    Subscription Subscription, EventView Event, string MessageId, long Sequence, int Number, Redelivery Redelivery);

/// <summary>Why a receiver may see an event again that it has already acknowledged.</summary>
public enum Redelivery
{
    None,
    Redrive,
    Replay,
}
