using Herald.Engine.Routing;
using Herald.Engine.Events;
using Herald.Engine.Sending;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

/// <summary>An entry with the subscriptions whose filters it satisfies.</summary>
/// <param name="IsUnreadable">Its type and attributes are lost: the routes are those of subscriptions without a filter.</param>
internal readonly record struct RoutedEntry(IndexEntry Entry, Route[] Routes, bool IsUnreadable = false);

/// <summary>An entry that becomes a dead letter of no subscription.</summary>
internal readonly record struct RejectedEntry(long Sequence, int Topic);

/// <summary>Begin an attempt at the head of this lane.</summary>
internal readonly record struct StartAttempt(
    int Subscription, int Generation, ulong KeyHash, LaneItem Item, int Number, PermitKind Kind, bool Replayed)
{
    /// <summary>When it was begun, once it is.</summary>
    public long BegunAtMs { get; init; }
}

/// <param name="CameBack">
/// The attempts were begun before, and not sent. A message with the reason (a pause, a new generation) may be on its way to the shard: it is taken first.
/// </param>
internal readonly record struct PermitWish(SubscriptionState State, PermitKind Kind, int Count, bool CameBack);

/// <summary>A skip that must be durable before its successor is sent.</summary>
internal readonly record struct Skip(Lane Lane, LaneItem Item, SkipKind Kind, DeadLetterReason? Reason);

internal enum SkipKind
{
    DeadLetter,
    Forward,
    Expire,
    Discard,
}

/// <summary>What a step wants done. The host does it and empties the lists.</summary>
internal sealed class ShardOutputs
{
    public readonly List<StartAttempt> Starts = [];
    public readonly List<PermitWish> Wishes = [];
    public readonly List<(int Subscription, PermitKind Kind, int Count)> Unused = [];
    public readonly List<Skip> Skips = [];

    /// <summary>Messages that a source could not understand, and damaged events that filters cannot be held against: dead letters that belong to no subscription.</summary>
    public readonly List<RejectedEntry> Rejected = [];

    /// <summary>An endpoint said it is gone: disable the subscription, if its endpoint is still this revision.</summary>
    public readonly List<(string Subscription, int EndpointRevision, string Reason)> Gone = [];
}
