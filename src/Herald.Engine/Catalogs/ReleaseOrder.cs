using Herald.Engine.Events;

namespace Herald.Engine.Catalogs;

/// <summary>
/// An order to release a held key, for the node that owns its shard. It travels through the catalog, because every node follows the
/// catalog.
/// </summary>
/// <remarks>
/// A shard has one such record, the last order. The node that gave the order checks whether it was carried out, and gives it again if not.
/// </remarks>
/// <param name="By">The operator's name.</param>
internal sealed record ReleaseOrder(ShardId Shard, int Subscription, long Sequence, bool Discard, string By = "");
