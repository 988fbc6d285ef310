using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.StoreBench.Groups;

/// <summary>An append that waits for the writer. It is used again for later appends, as the journal's requests are.</summary>
internal sealed class PendingAppend(ConcurrentQueue<PendingAppend> free) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;

    public ReadOnlyMemory<NewEvent> Events { get; private set; }
    public Memory<Appended> Verdicts { get; private set; }

    public ValueTask Begin(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts)
    {
        (Events, Verdicts) = (events, verdicts);
        return new ValueTask(this, _source.Version);
    }

    /// <summary>Runs the caller's continuation on this thread.</summary>
    public void Continue() => _source.SetResult(true);

    public void Fail(Exception failure)
    {
        _source.RunContinuationsAsynchronously = true;
        _source.SetException(failure);
    }

    public void GetResult(short token)
    {
        try
        {
            _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            _source.RunContinuationsAsynchronously = false;
            (Events, Verdicts) = (default, default);
            free.Enqueue(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
