using Herald.Engine.Progress;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Judges;

/// <summary>Checks the answers that operators got for held keys.</summary>
internal sealed partial class Judge
{
    private readonly HashSet<(int Subscription, int Shard, long Sequence)> _released = [];

    // The number of attempts that have begun, by delivery.
    private readonly Dictionary<(int Subscription, int Shard, long Sequence), int> _begun = [];

    /// <summary>An operator releases a held key. Its attempts count from 1 again.</summary>
    public HeldOrder OnRelease(SubscriptionState state, Lane lane, int shard)
    {
        var place = (state.Number, shard, lane.Head.Sequence);
        _released.Add(place);
        return new HeldOrder(state.Number, state.Generation, lane.KeyHash, shard, lane.Head.Sequence, _begun.GetValueOrDefault(place));
    }

    /// <summary>
    /// An answered order is durable, so the next owner of the shard must know it. Two cases excuse it: the delivery was tried since, so the
    /// key can be held again; or the subscription was replayed or ended, and then the next owner follows the catalog.
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

    /// <param name="Begun">The number of attempts at the head that had begun by then.</param>
    internal sealed record HeldOrder(int Subscription, int Generation, ulong KeyHash, int Shard, long Sequence, int Begun);
}
