using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Metrics;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Applications;

/// <summary>The applications of a node, and the services that they use.</summary>
/// <param name="CacheBytesOfShard">Bytes of state that each application keeps in memory in one shard.</param>
/// <param name="MostCommitBytes">The most bytes that an application may save for one event or one tick.</param>
internal sealed record ApplicationServices(
    IReadOnlyList<IApplication> All, IEventLog Log, IStateReader State, ICatalogStore CatalogStore, Catalog Catalog, Intake Intake,
    EngineMetrics Metrics,
    long CacheBytesOfShard, long MostCommitBytes, TimeProvider Time, ILogger Logger)
{
    public EngineClock Clock { get; } = new(Time);
}
