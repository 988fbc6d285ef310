using System.Collections.Concurrent;

namespace Herald.Channels.Webhooks;

/// <summary>Time-outs that are used again: most attempts end long before theirs, and a timer is not free.</summary>
internal sealed class DeadlinePool(TimeProvider time) : IDisposable
{
    private const int MaxIdle = 1024;
    private readonly ConcurrentQueue<CancellationTokenSource> _idle = new();

    public CancellationTokenSource Start(TimeSpan timeout)
    {
        // Only timers of the system's clock can be reset.
        if (time != TimeProvider.System)
            return new CancellationTokenSource(timeout, time);
        if (!_idle.TryDequeue(out var deadline))
            deadline = new CancellationTokenSource();
        deadline.CancelAfter(timeout);
        return deadline;
    }

    /// <summary>The caller promises that nobody holds the token any more.</summary>
    public void Return(CancellationTokenSource deadline)
    {
        if (time == TimeProvider.System && _idle.Count < MaxIdle && deadline.TryReset())
            _idle.Enqueue(deadline);
        else
            deadline.Dispose();
    }

    public void Dispose()
    {
        while (_idle.TryDequeue(out var deadline))
            deadline.Dispose();
    }
}
