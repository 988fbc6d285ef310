using Herald.Engine.Shards;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>A shard of this node, read between two steps of its machine.</summary>
internal sealed class LiveShard(ShardMachine machine) : IShardView
{
    public SubscriptionView Of(SubscriptionEntry entry)
    {
        // The shard may have a newer generation than the entry that this node read. The shard's state is then the right one.
        if (!machine.States.TryGetValue(entry.Subscription.Number, out var state) || state.Generation < entry.Subscription.Generation)
            return SubscriptionView.Unknown(machine.Shard, entry, isSaved: false, machine.Catalog.Version, machine.Routed);
        return new(
            machine.Shard, entry.Subscription.Id, IsSaved: false, state.AtHead, machine.PositionOf(state),
            state.Outstanding + state.Draining, state.Held, state.Lanes.Values.Select(Of),
            key => state.Lanes.TryGetValue(key, out var lane) ? Of(lane) : null)
        {
            MayCountSettled = () => machine.HasSettledBefore(state),
        };
    }

    private LaneView Of(Lane lane)
    {
        var status = lane.State switch
        {
            LaneState.Empty or LaneState.Ready or LaneState.Settling => DeliveryStatus.Waiting,
            LaneState.InFlight => DeliveryStatus.InFlight,
            LaneState.Blocked => DeliveryStatus.Blocked,
            LaneState.Held => DeliveryStatus.Held,
        };
        var followers = lane.Count > 1 ? lane.Items.Skip(1).Select(item => item.Sequence) : [];
        return new(status, lane.Attempts, machine.ToWall(lane.DueMs), machine.FromOf(lane), lane.Count, lane.Head.Sequence, followers)
        {
            KeyHash = lane.KeyHash,
        };
    }
}
