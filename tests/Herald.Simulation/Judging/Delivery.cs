namespace Herald.Simulation.Judging;

/// <summary>One event for one subscription, as the judge knows it.</summary>
/// <param name="Epoch">Of its shard, when the attempt began.</param>
internal sealed record Delivery(SubscriptionModel Model, LaneModel Lane, int Shard, long Sequence, long Epoch)
{
    public override string ToString() => $"sequence {Sequence} of shard {Shard}, key {Lane.Key}, {Model}";
}
