using Herald.Brokers;
using Herald.Brokers.Feeds;
using Herald.Brokers.Sinks;
using Herald.Brokers.Sources;
using Herald.Engine;
using Herald.Engine.Events;
using Herald.Engine.Sources;
using Herald.Engine.Stores;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;
using Herald.Nats.Metrics;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Sources;

/// <summary>
/// Reads subjects of a NATS cluster into a Herald topic. One node reads a stream, in its order, from a position that Herald's store keeps.
/// Messages that are read again are recognised by their ids.
/// </summary>
/// <remarks>A message without a stream comes at most once, and is lost with a node that has not made it durable yet.</remarks>
public sealed class NatsSource : BrokerSource
{
    private readonly NatsCluster _cluster;
    private readonly NatsOptions _options;
    private readonly NatsRoute _route;
    private readonly string _group;
    private long _droppedBefore;
    private volatile SubjectFeed? _subjects;
    private ISourcePositions? _positions;
    private ClusterConnection? _connection;

    /// <param name="reader">Converts messages into events. Only this source uses it.</param>
    public NatsSource(
        NatsCluster cluster, NatsOptions options, NatsRoute route, IMessageReader reader, TimeProvider time, ILoggerFactory logging)
        : base(
            NatsMetrics.Sources, $"nats/{cluster.Name}/{route.Stream ?? string.Join(',', route.From)}/{route.Group ?? options.Group}",
            cluster.ToString(), route.To,
            options, reader, time, logging) =>
        (_cluster, _options, _route, _group) = (cluster, options, route, route.Group ?? options.Group);

    public bool IsConnected => _connection?.IsConnected == true;

    /// <summary>The number of messages without a stream that were dropped because there was no room for them.</summary>
    public long Dropped => Interlocked.Read(ref _droppedBefore) + (_subjects?.Dropped ?? 0);

    /// <summary>The number of messages in the stream that are not durable in Herald yet; null when this node does not read it.</summary>
    public long? Lag => (Feed as StreamFeed)?.Lag;

    /// <summary>
    /// Whether a shard runs on a node. If only one node may read, it is the one that runs the shard of the source's name.
    /// </summary>
    internal Func<HeraldEngine, ShardId, bool> Runs { get; init; } = (engine, shard) => engine.Runs(shard);

    protected override void Check()
    {
        if (_route.Subject.Count == 0)
            throw new BrokerSetupException("A source needs at least one subject.");
        foreach (var subject in _route.Subject)
        {
            if (!Subjects.IsPattern(subject))
                throw new BrokerSetupException($"'{subject}' is not a subject: use {Subjects.Rule}.");
        }
        if (_route.Overlapping() is { } overlapping)
            throw new BrokerSetupException(
                $"A message can match both '{overlapping}' and another subject of the source, and would come twice. Name "
                    + "subjects that cannot match the same message.");
        if (!JetStreamName.IsOne(_group))
            throw new BrokerSetupException($"The group '{_group}' has no valid name: use {JetStreamName.Rule}.");
        if (_route.Stream is not null && !JetStreamName.IsOne(_route.Stream))
            throw new BrokerSetupException($"The stream '{_route.Stream}' has no valid name: use {JetStreamName.Rule}.");
    }

    protected override SourceLeader? Connect(HeraldEngine engine)
    {
        _positions = engine.Positions;
        _connection = _cluster.Connect(Time, Logger);
        return _route.Stream is not null || _route.OneReader ? new SourceLeader(Name, engine, Runs, Time) : null;
    }

    protected override ValueTask DisconnectAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected override async Task<bool> ExamineAsync()
    {
        try
        {
            await _connection!.WhenConnectedAsync(Stopping).ConfigureAwait(false);
            if (_route.Stream is not null)
                await StreamFeed.PrepareAsync(new JetStreamClient(_connection, WarmUp), _route, Stopping).ConfigureAwait(false);
            return true;
        }
        catch (NatsException)
        {
            // The node that reads tries again.
            return false;
        }
    }

    protected override IMessageFeed Open(IMessageSink sink)
    {
        if (_route.Stream is not null)
            return new StreamFeed(_connection!, _cluster.Name, _options, _route, _positions!, sink, Time, Logger);
        Interlocked.Add(ref _droppedBefore, _subjects?.Dropped ?? 0);
        return _subjects = new SubjectFeed(_connection!, _cluster.Name, _route.Subject, _route.OneReader ? null : _group, Time);
    }

    protected override bool IsFinal(Exception failure) => failure is NatsRefusedException || base.IsFinal(failure);
}
