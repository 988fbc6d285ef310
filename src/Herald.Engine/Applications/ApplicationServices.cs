using Herald.Engine.Publishing;
using Herald.Engine.Stores;

namespace Herald.Engine.Applications;

/// <summary>The applications of a node, and the services that they use.</summary>
/// <param name="CacheBytesOfShard">Bytes of state that each application keeps in memory in one shard.</param>
/// <param name="MostCommitBytes">The most bytes that an application may save for one event or one tick.</param>
internal sealed record ApplicationServices(
    IReadOnlyList<IApplication> All, IStateReader State, ICatalogStore Catalog, Intake Intake, long CacheBytesOfShard, long MostCommitBytes);
