using Confluent.Kafka;
using Herald.Engine.Sources;

namespace Herald.Kafka.Sources;

/// <summary>
/// Fills one batch while the previous one is published; there are never more than these two. Only the source's thread uses it, except for
/// the publishing itself.
/// </summary>
internal sealed class BatchPipeline(SourceIntake intake, KafkaSourceOptions options, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _givingUp = new();
    private ReadBatch? _filling, _publishing;
    private Task<SourceTally>? _task;

    public bool IsEmpty => _filling is null && _publishing is null;

    /// <summary>There is no room for another message.</summary>
    public bool IsFull => _filling is { } filling && (filling.Count >= options.BatchEvents || filling.Bytes >= options.BatchBytes);

    /// <summary>How long the collected messages can still wait for others; null when there are none.</summary>
    public TimeSpan? Patience
    {
        get
        {
            if (_filling is null)
                return null;
            var left = options.BatchWait - time.GetElapsedTime(_filling.BegunAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void Add(ConsumeResult<byte[]?, byte[]?> read, OwnedPartition partition)
    {
        _filling ??= new ReadBatch(intake.Begin(), time.GetTimestamp());
        _filling.Add(read, partition);
    }

    /// <summary>Publishes the filled batch, unless it is empty or the previous batch is still being published.</summary>
    public void TryPublish()
    {
        if (_publishing is not null || _filling is null)
            return;
        (_publishing, _filling) = (_filling, null);
        _task = _publishing.PublishAsync(_givingUp.Token);
    }

    /// <summary>Returns the batch that has become durable; the caller then owns it. Null when there is none.</summary>
    public ReadBatch? TakeDurable(out SourceTally tally)
    {
        tally = default;
        if (_task is not { IsCompleted: true })
            return null;
        // Exceptions of publishing are thrown here. The source then starts again at the committed offsets.
        tally = _task.GetAwaiter().GetResult();
        var durable = _publishing;
        (_publishing, _task) = (null, null);
        return durable;
    }

    /// <summary>Blocks until the batch in progress has ended, successfully or not, or the time is over.</summary>
    public bool WaitForPublished(TimeSpan most)
    {
        if (_task is null)
            return true;
        try
        {
            return _task.Wait(most);
        }
        catch (AggregateException)
        {
            return true;
        }
    }

    /// <summary>
    /// Releases everything. When it returns, the batch in progress has ended, so it cannot add messages after those that another member
    /// reads again.
    /// </summary>
    public void Dispose()
    {
        _givingUp.Cancel();
        WaitForPublished(Timeout.InfiniteTimeSpan);
        _publishing?.Dispose();
        _filling?.Dispose();
        _givingUp.Dispose();
    }
}
