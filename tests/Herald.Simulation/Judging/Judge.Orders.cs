using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Simulation.Running;

namespace Herald.Simulation.Judging;

/// <summary>What operators were told of held keys.</summary>
internal sealed partial class Judge
{
    private readonly HashSet<(int Subscription, int Shard, long Sequence)> _released = [];

    // Attempts that have begun, by what they were at.
    private readonly Dictionary<(int Subscription, int Shard, long Sequence), int> _begun = [];

    /// <summary>An operator lets a held key go on: its attempts are counted anew.</summary>
    public HeldOrder OnRelease(SubscriptionState state, Lane lane, int shard)
    {
        var place = (state.Number, shard, lane.Head.Sequence);
        _released.Add(place);
        return new HeldOrder(state.Number, state.Generation, lane.KeyHash, shard, lane.Head.Sequence, _begun.GetValueOrDefault(place));
    }

    /// <summary>
    /// An order that was answered is durable: whoever takes the shard over now knows of it. Where it has been tried since, it may be held
    /// again; where a replay or an end has come between, the catalog is what the next owner goes by.
    /// </summary>
    public void OnReleased(HeldOrder order, ShardProgress stored, bool discard)
    {
        if (_begun.GetValueOrDefault((order.Subscription, order.Shard, order.Sequence)) != order.Begun
            || Find(order.Subscription, order.Generation) is not { Lives: true })
            return;
        if (SavedProgress.Of(stored.Records).States.TryGetValue(order.Subscription, out var state) && state.Generation == order.Generation
            && state.Lanes.TryGetValue(order.KeyHash, out var lane) && (lane.Held || discard)
            && lane.Items is [var head, ..] && head.Sequence == order.Sequence)
            throw new Violation($"25: an order to {(discard ? "discard" : "release")} {order} was answered, and is not saved");
    }

    /// <param name="Begun">Attempts at the head that had begun by then.</param>
    internal sealed record HeldOrder(int Subscription, int Generation, ulong KeyHash, int Shard, long Sequence, int Begun);
}
