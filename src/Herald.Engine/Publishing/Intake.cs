using System.Collections.Concurrent;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Publishing;

/// <summary>
/// The only way for events into the log, whatever their source: HTTP, Kafka, NATS. It checks events, encodes them, chooses their shards and
/// appends them. When a call completes, the events are durable; a source must not acknowledge them earlier.
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

    /// <summary>Makes the batch durable. The verdicts are then in <see cref="PublishBatch.Results"/>.</summary>
    /// <exception cref="StoreUnavailableException">It is unknown whether anything was stored. Publish again with the same ids.</exception>
    public ValueTask PublishAsync(PublishBatch batch, CancellationToken cancel = default)
    {
        if (batch.Count == 0)
            return ValueTask.CompletedTask;
        batch.Seal();
        return _log.AppendAsync(batch.Events, batch.Verdicts, cancel);
    }

    /// <summary>
    /// Appends again the events for which the store had no room, and no others. The events that the store took are in the log; sent again,
    /// the store might not recognise them as duplicates.
    /// </summary>
    /// <exception cref="StoreUnavailableException">It is unknown whether any of these was stored. Call again.</exception>
    public async ValueTask PublishRefusedAsync(PublishBatch batch, CancellationToken cancel = default)
    {
        var (places, events) = batch.SealRefused();
        var verdicts = new Appended[events.Length];
        await _log.AppendAsync(events, verdicts, cancel);
        for (var i = 0; i < places.Length; i++)
            batch.Verdicts.Span[places[i]] = verdicts[i];
    }

    /// <summary>
    /// The newest event with this key and id, as long as the store remembers ids; sequence 0 when it knows none. It searches no log.
    /// </summary>
    public async ValueTask<(ShardId Shard, long Sequence)> FindAsync(
        Topic topic, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> id, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var shard = ShardOf(topic, key.Span);
        var sequence = await _log.FindByIdAsync(
            shard, Encoder.Identity.OfKey(topic.Number, key.Span), Encoder.Identity.OfId(id.Span), cancel);
        return (shard, sequence);
    }

    /// <summary>The shard of the events with this key, and of an application's state for them.</summary>
    public ShardId ShardOf(Topic topic, ReadOnlySpan<byte> key) => Encoder.ShardOf(topic.Number, key);

    internal void Return(PublishBatch batch)
    {
        if (batch.WorthKeeping && _spare.Count < MostSpare)
            _spare.Enqueue(batch);
        else
            batch.Free();
    }
}
