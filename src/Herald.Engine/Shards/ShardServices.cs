using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Metrics;
using Herald.Engine.Publishing;
using Herald.Engine.Reports;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Shards;

/// <summary>What all shards of a node share.</summary>
internal sealed record ShardServices(
    IEventLog Log, IShardStore Store, Catalog Catalog, CatalogCache Cache, PermitLedger Ledger, AttemptRunner Runner, EventCopier Forwarding, ReportWriter Reports, EngineMetrics Metrics,
    ApplicationServices Applications, TimeProvider Time, ILogger Logger)
{
    public EngineClock Clock { get; } = new(Time);

    /// <summary>The log's lines about subscriptions that were disabled.</summary>
    public LineBudget Disablings { get; } = new(Time);

    /// <summary>The log's lines about reports that cannot be made.</summary>
    public LineBudget LostReports { get; } = new(Time);
}
