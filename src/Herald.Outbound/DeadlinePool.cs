using System.Collections.Concurrent;

namespace Herald.Outbound;

/// <summary>Reusable time-outs. Most attempts end long before their time-out, and creating a timer has a cost.</summary>
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

    /// <summary>Returns a time-out. The caller guarantees that its token is no longer in use.</summary>
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
