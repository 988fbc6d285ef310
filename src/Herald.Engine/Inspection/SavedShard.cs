using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>
/// A shard as its next owner would find it. This is one commit behind the present state and contains no attempts in flight: a delivery that
/// is tried for the first time appears as waiting, one that is tried again as blocked.
/// </summary>
internal sealed class SavedShard(ShardId shard, SavedProgress saved) : IShardView
{
    public SubscriptionView Of(SubscriptionEntry entry)
    {
        var subscription = entry.Subscription;
        var runs = subscription.Status == SubscriptionStatus.Active;
        // What is saved may be of a newer generation than the entry that this node read. It is then the right state. If that state is
        // damaged, only its position is known.
        if (saved.States.TryGetValue(subscription.Number, out var state)
            && (state.Generation >= subscription.Generation || state.Generation == SavedState.UnknownGeneration))
        {
            var lanes = state.Lanes.Values;
            return new(
                shard, subscription.Id, IsSaved: true, state.AtHead && runs, state.AtHead ? saved.Routed : state.Position,
                lanes.Sum(lane => StatusOf(lane) == DeliveryStatus.Waiting ? lane.Items.Length : 0),
                lanes.Count(lane => StatusOf(lane) == DeliveryStatus.Held), state.Lanes.Select(lane => Of(lane.Key, lane.Value)),
                key => state.Lanes.TryGetValue(key, out var lane) ? Of(key, lane) : null);
        }
        return SubscriptionView.Unknown(shard, entry, isSaved: true, saved.CatalogVersion, saved.Routed);
    }

    private static DeliveryStatus StatusOf(SavedLane lane) =>
        lane.Held ? DeliveryStatus.Held : lane is { Attempts: > 0, DueMs: > 0, Items.Length: > 0 } ? DeliveryStatus.Blocked : DeliveryStatus.Waiting;

    private static LaneView Of(ulong key, SavedLane lane) => new(
        StatusOf(lane), lane.Attempts, lane.DueMs, lane.From, lane.Items.Length, lane.Items.Length > 0 ? lane.Items[0].Sequence : 0,
        lane.Items.Skip(1).Select(item => item.Sequence))
    {
        KeyHash = key,
    };
}
