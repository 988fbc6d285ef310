namespace Herald.Engine.Sending;

/// <summary>Bounds the bytes of payload that attempts in flight hold on this node. One event always gets through.</summary>
internal sealed class ByteGate(long most)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Entered)> _waiting = new();
    private long _held;

    public ValueTask EnterAsync(long bytes)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && (_held == 0 || _held + bytes <= most))
            {
                _held += bytes;
                return ValueTask.CompletedTask;
            }
            var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, entered));
            return new ValueTask(entered.Task);
        }
    }

    public void Leave(long bytes)
    {
        lock (_lock)
        {
            _held -= bytes;
            while (_waiting.TryPeek(out var next) && (_held == 0 || _held + next.Bytes <= most))
            {
                _waiting.Dequeue();
                _held += next.Bytes;
                next.Entered.SetResult();
            }
        }
    }
}
