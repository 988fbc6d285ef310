namespace Herald.Journal.Writing;

/// <summary>
/// Many callers, one writer. The writer takes all that waits at once, so a lock held for a few instructions is the whole cost.
/// The bound is on requests; a caller past it waits without a thread.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    private const int Bound = 8192;

    private readonly object _gate = new();
    private readonly SemaphoreSlim _places = new(Bound);
    private List<Request> _waiting = new(256), _taken = new(256);
    private Exception? _closed;

    /// <summary>Takes a place, at once when there is one.</summary>
    public bool TryEnter() => _places.Wait(0);

    public Task EnterAsync(CancellationToken cancel) => _places.WaitAsync(cancel);

    /// <summary>For one who has a place. Fails the request when the queue is closed.</summary>
    public void Add(Request request)
    {
        Exception closed;
        lock (_gate)
        {
            if (_closed is null)
            {
                _waiting.Add(request);
                if (_waiting.Count == 1)
                    Monitor.Pulse(_gate);
                return;
            }
            closed = _closed;
        }
        _places.Release();
        request.Fail(closed);
    }

    /// <summary>Waits for requests and takes all; null when the queue is closed and empty. Good until the next call.</summary>
    public List<Request>? Take()
    {
        _taken.Clear();
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_closed is not null)
                    return null;
                Monitor.Wait(_gate);
            }
            (_waiting, _taken) = (_taken, _waiting);
        }
        return _taken;
    }

    public void Leave(int requests)
    {
        if (requests > 0)
            _places.Release(requests);
    }

    /// <summary>From now on requests fail; those that wait are still taken.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            Monitor.Pulse(_gate);
        }
    }

    public void Dispose() => _places.Dispose();
}
