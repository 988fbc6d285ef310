using Herald.Engine.Stores;
using Herald.Journal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Delivery.Tests;

/// <summary>How a node differs from the usual one: its journal, wrappers between the journal and the engine, and its logger.</summary>
internal sealed record NodeSetup
{
    public Func<JournalOptions, JournalOptions> Journal { get; init; } = options => options;
    public Func<JournalStore, IEventLog> Log { get; init; } = store => store;
    public Func<JournalStore, IShardStore> Shards { get; init; } = store => store;
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}
