namespace Herald.Journal.Writing;

/// <summary>
/// Many callers, one writer. The writer takes all that waits at once, so a lock held for a few instructions is the whole cost.
/// The bound is on requests; a caller past it waits without a thread.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    private const int Bound = 8192;

    // Requests that can wait let others come for so long, so that the writer has few turns.
    private static readonly TimeSpan Lingering = TimeSpan.FromMilliseconds(4);

    private readonly object _gate = new();
    private readonly SemaphoreSlim _places = new(Bound);
    private List<Request> _waiting = new(256), _taken = new(256);
    private Exception? _closed;

    // Of those that wait.
    private bool _allCanWait;

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
                // The first wakes the writer, be it to let the others come; and so does the first that cannot wait.
                if (_waiting.Count == 1 || (_allCanWait && !request.CanWait))
                    Monitor.Pulse(_gate);
                _allCanWait = request.CanWait && (_waiting.Count == 1 || _allCanWait);
                return;
            }
            closed = _closed;
        }
        _places.Release();
        request.Fail(closed);
    }

    /// <summary>Waits for requests and takes all; null when the queue is closed and empty. Good until the next call.</summary>
    /// <param name="most">Then none are given, if none have come.</param>
    public List<Request>? Take(TimeSpan most)
    {
        _taken.Clear();
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_closed is not null)
                    return null;
                if (!Monitor.Wait(_gate, most))
                    return _taken;
            }
            if (_allCanWait && _closed is null)
                Monitor.Wait(_gate, Lingering);
            (_waiting, _taken, _allCanWait) = (_taken, _waiting, false);
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
