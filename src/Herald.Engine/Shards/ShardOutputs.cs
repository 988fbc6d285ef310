using Herald.Engine.Routing;
using Herald.Engine.Events;
using Herald.Engine.Sending;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

/// <summary>An entry with the subscriptions whose filters it satisfies.</summary>
internal readonly record struct RoutedEntry(IndexEntry Entry, Route[] Routes);

/// <summary>Begin an attempt at the head of this lane.</summary>
internal readonly record struct StartAttempt(
    int Subscription, int Generation, ulong KeyHash, LaneItem Item, int Number, PermitKind Kind, bool Replayed);

internal readonly record struct PermitWish(SubscriptionState State, PermitKind Kind, int Count);

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

    /// <summary>Sequences of messages that a source could not understand: dead letters that belong to no subscription.</summary>
    public readonly List<long> Rejected = [];

    /// <summary>An endpoint said it is gone: disable the subscription, if its endpoint is still this revision.</summary>
    public readonly List<(string Subscription, int EndpointRevision, string Reason)> Gone = [];
}
