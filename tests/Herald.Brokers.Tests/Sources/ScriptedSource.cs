using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Herald.Brokers.Feeds;
using Herald.Brokers.Metrics;
using Herald.Brokers.Sinks;
using Herald.Brokers.Sources;
using Herald.Brokers.Tests.Feeds;
using Herald.Contracts.Sources;
using Herald.Engine;
using Herald.Engine.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Brokers.Tests.Sources;

/// <summary>A source whose feeds a test gives it, one after another.</summary>
internal sealed class ScriptedSource(IEnumerable<ScriptedFeed> feeds, TimeProvider time, string topic = SourceNode.Topic)
    : BrokerSource(Shared, "script/main/a/herald", "main=nowhere", topic, new ScriptedOptions(), new PlainReader(), time, NullLoggerFactory.Instance)
{
    private static readonly Meter Own = new("Herald.Script");
    private static readonly SourceMetrics Shared = new(Own);
    private readonly ConcurrentQueue<ScriptedFeed> _feeds = new(feeds);

    /// <summary>Null if every node may read.</summary>
    public Func<bool>? Leads { get; init; }

    /// <summary>The number of feeds that were not opened.</summary>
    public int FeedsLeft => _feeds.Count;

    protected override SourceLeader? Connect(HeraldEngine engine) => Leads is { } leads ? new SourceLeader(Name, engine, (_, _) => leads(), Time) : null;

    protected override IMessageFeed Open(IMessageSink sink) => _feeds.TryDequeue(out var feed) ? feed : throw new BrokerSetupException("script.clusters: there is no feed");
}
