using Herald.Engine.Publishing;
using Herald.Engine.Stores;

namespace Herald.Engine.Applications;

/// <summary>The applications of a node, and what they work with.</summary>
/// <param name="CacheBytesOfShard">State that each keeps in memory in one shard.</param>
/// <param name="MostCommitBytes">That one event, or one tick, may make an application save.</param>
internal sealed record ApplicationServices(
    IReadOnlyList<IApplication> All, IStateReader State, ICatalogStore Catalog, Intake Intake, long CacheBytesOfShard, long MostCommitBytes);
