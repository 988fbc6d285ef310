using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>
/// A filter and where it takes effect: in each shard, for sequences above <paramref name="After"/>. Older revisions are kept for as
/// long as some shard has still to route under them, so that a sequence routes alike whenever it is read.
/// </summary>
/// <param name="Number">1 for the first filter of a subscription.</param>
public sealed record FilterRevision(int Number, Filter Filter, IReadOnlyList<long> After);
