using Confluent.Kafka;
using Herald.Engine.Sources;

namespace Herald.Kafka.Sources;

/// <summary>
/// One batch is filled while the one before it is published, and never more than these two. Used by the source's thread alone; only the publishing
/// itself goes on elsewhere.
/// </summary>
internal sealed class BatchPipeline(SourceIntake intake, KafkaSourceOptions options, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _givingUp = new();
    private ReadBatch? _filling, _publishing;
    private Task<SourceTally>? _task;

    public bool IsEmpty => _filling is null && _publishing is null;

    /// <summary>There is no room for another message.</summary>
    public bool IsFull => _filling is { } filling && (filling.Count >= options.BatchEvents || filling.Bytes >= options.BatchBytes);

    /// <summary>How long the messages at hand may still wait for others; null when there are none.</summary>
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

    /// <summary>Publishes what was filled, unless there is nothing, or the batch before it is still under way.</summary>
    public void TryPublish()
    {
        if (_publishing is not null || _filling is null)
            return;
        (_publishing, _filling) = (_filling, null);
        _task = _publishing.PublishAsync(_givingUp.Token);
    }

    /// <summary>The batch that has become durable since, which is the caller's then; null when there is none.</summary>
    public ReadBatch? TakeDurable(out SourceTally tally)
    {
        tally = default;
        if (_task is not { IsCompleted: true })
            return null;
        // Whatever publishing throws is thrown here: the source begins again at what is committed.
        tally = _task.GetAwaiter().GetResult();
        var durable = _publishing;
        (_publishing, _task) = (null, null);
        return durable;
    }

    /// <summary>Blocks until the batch under way has ended, in whatever way, or the time is over.</summary>
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

    /// <summary>Lets go of everything; what is under way has ended when it returns, so that nothing can come after what another reads again.</summary>
    public void Dispose()
    {
        _givingUp.Cancel();
        WaitForPublished(Timeout.InfiniteTimeSpan);
        _publishing?.Dispose();
        _filling?.Dispose();
        _givingUp.Dispose();
    }
}
