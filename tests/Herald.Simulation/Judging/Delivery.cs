namespace Herald.Simulation.Judging;

/// <summary>One event for one subscription, as the judge knows it.</summary>
internal sealed record Delivery(SubscriptionModel Model, LaneModel Lane, int Shard, long Sequence)
{
    public override string ToString() => $"sequence {Sequence} of shard {Shard}, key {Lane.Key:x}, {Model}";
}
