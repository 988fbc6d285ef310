using Herald.Engine.Stores;

namespace Herald.Engine.Catalogs;

/// <summary>
/// An order to let a held key go on, for the node that owns its shard: every node follows the catalog, so it goes that way. A shard has one
/// such record, the last order; who gave it looks whether it was followed, and gives it again.
/// </summary>
internal sealed record ReleaseOrder(ShardId Shard, int Subscription, long Sequence, bool Discard);
