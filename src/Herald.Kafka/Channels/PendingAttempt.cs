using Confluent.Kafka;
using Herald.Engine.Channels;

namespace Herald.Kafka.Channels;

/// <summary>
/// One attempt that waits for its delivery report, its time-out or its cancellation. The first of them ends it, and the others have no
/// effect.
/// </summary>
/// <remarks>
/// A report that comes too late is ignored. The message is in the topic then, and a later attempt adds it again with the same
/// <c>herald-id</c>.
/// </remarks>
internal sealed class PendingAttempt : IDisposable
{
    private readonly TaskCompletionSource<AttemptResult> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _endpoint;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly long _begunAt;
    private readonly ITimer _timer;
    private readonly CancellationTokenRegistration _stopping;

    public PendingAttempt(string endpoint, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        (_endpoint, _timeout, _time, _begunAt) = (endpoint, timeout, time, time.GetTimestamp());
        _timer = time.CreateTimer(static state => ((PendingAttempt)state!).TimeOut(), this, timeout, Timeout.InfiniteTimeSpan);
        _stopping = cancel.UnsafeRegister(static (state, token) => ((PendingAttempt)state!)._ended.TrySetCanceled(token), this);
    }

    public Task<AttemptResult> Ended => _ended.Task;

    public void Report(Error error) => _ended.TrySetResult(Reports.Judge(error, _endpoint, _time.GetElapsedTime(_begunAt)));

    public void Dispose()
    {
        _timer.Dispose();
        _stopping.Dispose();
    }

    private void TimeOut() => _ended.TrySetResult(Reports.TimedOut(_endpoint, _timeout));
}
