namespace Herald.Engine.Subscriptions;

/// <summary>
/// A filter and the place where it takes effect: in each shard, for sequences above <paramref name="After"/>. An older revision is kept for
/// as long as some shard may still route with it. So a sequence is always routed alike, whenever it is read.
/// </summary>
/// <param name="Number">1 for the first filter of a subscription.</param>
public sealed record FilterRevision(int Number, Filter Filter, IReadOnlyList<long> After);
