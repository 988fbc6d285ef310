using System.Collections.Concurrent;
using Herald.Engine.Catalogs;
using Herald.Engine.Stores;

namespace Herald.Engine.Publishing;

/// <summary>
/// The one door for events, whatever the source: HTTP, Kafka, NATS. It checks, encodes, places into shards, and appends;
/// complete means durable, and only then may a source acknowledge.
/// </summary>
public sealed class Intake
{
    private const int MostSpare = 1024;
    private readonly IEventLog _log;
    private readonly ConcurrentQueue<PublishBatch> _spare = new();

    public Intake(IEventLog log, IntakeOptions options, TimeProvider time)
    {
        _log = log;
        Options = options;
        Time = time;
        Encoder = new EventEncoder(log.HashSeed, log.HashSecret, log.ShardCount);
    }

    public IntakeOptions Options { get; }
    internal TimeProvider Time { get; }
    internal EventEncoder Encoder { get; }

    public PublishBatch Rent(Topic topic)
    {
        if (!_spare.TryDequeue(out var batch))
            batch = new PublishBatch(this);
        batch.Begin(topic);
        return batch;
    }

    /// <summary>Makes the batch durable; the verdicts are in <see cref="PublishBatch.Results"/>.</summary>
    /// <exception cref="StoreUnavailableException">Nothing is known to be stored; publish again with the same ids.</exception>
    public ValueTask PublishAsync(PublishBatch batch, SourcePosition? position = null, CancellationToken cancel = default)
    {
        if (batch.Count == 0)
            return ValueTask.CompletedTask;
        batch.Seal();
        return _log.AppendAsync(batch.Events, batch.Verdicts, position, cancel);
    }

    /// <summary>Gives again what the store had no room for, and nothing else of the batch: what it took is there, and may not be recognised.</summary>
    /// <exception cref="StoreUnavailableException">Nothing is known to be stored of that; give it again.</exception>
    public async ValueTask PublishRefusedAsync(PublishBatch batch, CancellationToken cancel = default)
    {
        var (places, events) = batch.SealRefused();
        var verdicts = new Appended[events.Length];
        await _log.AppendAsync(events, verdicts, null, cancel);
        for (var i = 0; i < places.Length; i++)
            batch.Verdicts.Span[places[i]] = verdicts[i];
    }

    /// <summary>Where events with this key are, and what an application makes of them.</summary>
    public ShardId ShardOf(Topic topic, ReadOnlySpan<byte> key) => Encoder.ShardOf(topic.Number, key);

    internal void Return(PublishBatch batch)
    {
        if (batch.WorthKeeping && _spare.Count < MostSpare)
            _spare.Enqueue(batch);
        else
            batch.Free();
    }
}
