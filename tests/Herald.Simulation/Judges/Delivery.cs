namespace Herald.Simulation.Judges;

/// <summary>One event for one subscription, in the judge's books.</summary>
/// <param name="Epoch">The epoch of the shard when the attempt began.</param>
internal sealed record Delivery(SubscriptionModel Model, LaneModel Lane, int Shard, long Sequence, long Epoch)
{
    public override string ToString() => $"sequence {Sequence} of shard {Shard}, key {Lane.Key}, {Model}";
}
