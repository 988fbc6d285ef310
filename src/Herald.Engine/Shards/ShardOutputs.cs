using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Reports;
using Herald.Engine.Routing;
using Herald.Engine.Sending;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

/// <summary>An index entry with the subscriptions whose filters match it.</summary>
/// <param name="IsUnreadable">Its type and attributes are lost. The routes contain only filters without clauses.</param>
internal readonly record struct RoutedEntry(IndexEntry Entry, Route[] Routes, bool IsUnreadable = false);

/// <summary>An entry that becomes a dead letter without a subscription.</summary>
internal readonly record struct RejectedEntry(long Sequence, int Topic);

/// <param name="CameBack">
/// The attempts were started before, and nothing was sent. A message with the reason (a pause, a new generation) may be on its way to the
/// shard and must be taken first.
/// </param>
internal readonly record struct PermitWish(SubscriptionState State, PermitKind Kind, int Count, bool CameBack);

/// <summary>
/// Ends a delivery that is not delivered, or one whose success is reported. A skip must be durable before the next delivery of its lane is
/// sent.
/// </summary>
/// <param name="By">The name of the operator who ordered it; empty when the shard decided it.</param>
/// <param name="Report">What its report says; null when the subscription does not ask for one.</param>
internal readonly record struct Skip(
    Lane Lane, LaneItem Item, SkipKind Kind, DeadLetterReason? Reason, string By = "", DeliveryReport? Report = null)
{
    /// <summary>The delivery that ends. It is also the id of its dead letter, if it becomes one.</summary>
    public DeadLetterId IdIn(ShardId shard) => new(shard, Lane.Owner.Number, Lane.Owner.Generation, Item.Sequence);
}

/// <summary>A key begins to wait for an operator, or an operator lets it go on.</summary>
/// <param name="Sequence">The head of its lane.</param>
/// <param name="By">The name of the operator.</param>
internal readonly record struct HoldChange(int Subscription, int Generation, long Sequence, bool IsReleased, string By);

/// <summary>The outputs of the machine. The host carries them out and empties the lists.</summary>
internal sealed class ShardOutputs
{
    public readonly List<StartAttempt> Starts = [];
    public readonly List<PermitWish> Wishes = [];
    public readonly List<(int Subscription, PermitKind Kind, int Count)> Unused = [];
    public readonly List<Skip> Skips = [];

    /// <summary>Only for the history.</summary>
    public readonly List<HoldChange> HoldChanges = [];

    /// <summary>
    /// Messages that a source could not read, and damaged events for which filters cannot be checked. They become dead letters without a
    /// subscription.
    /// </summary>
    public readonly List<RejectedEntry> Rejected = [];

    /// <summary>Endpoints that answered that they are gone. Their subscriptions are to be disabled.</summary>
    public readonly List<EndpointGone> Gone = [];
}
