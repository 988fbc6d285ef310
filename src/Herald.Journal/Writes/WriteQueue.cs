namespace Herald.Journal.Writes;

/// <summary>A queue from many callers to the one writer, which takes all requests at once.</summary>
/// <remarks>
/// So its only cost is a lock, held for a few instructions. It is bounded by the number of requests. A caller beyond the bound waits
/// without blocking a thread.
/// </remarks>
internal sealed class WriteQueue : IDisposable
{
    private const int Bound = 8192;

    // How long requests that can wait are held back, so that more of them share a turn of the writer.
    private static readonly TimeSpan Lingering = TimeSpan.FromMilliseconds(4);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _places = new(Bound);

    // Set outside the lock. Otherwise the writer would wake up and wait for the caller that holds the lock.
    private readonly AutoResetEvent _wake = new(false);
    private List<Request> _waiting = new(256), _taken = new(256);
    private Exception? _closed;

    // Whether all requests in _waiting can wait.
    private bool _allCanWait;
    private Rest _rest;

    /// <summary>Takes a place if one is free; does not wait.</summary>
    public bool TryEnter() => _places.Wait(0);

    public Task EnterAsync(CancellationToken cancel) => _places.WaitAsync(cancel);

    /// <summary>Adds a request of a caller that has taken a place. Fails the request when the queue is closed.</summary>
    public void Add(Request request)
    {
        Exception? closed;
        var wakes = false;
        lock (_gate)
        {
            closed = _closed;
            if (closed is null)
            {
                _allCanWait = request.CanWait && (_waiting.Count == 0 || _allCanWait);
                _waiting.Add(request);
                wakes = _rest == Rest.UntilAny || (_rest == Rest.UntilUrgent && !request.CanWait);
                if (wakes)
                    _rest = Rest.None;
            }
        }
        if (wakes)
            _wake.Set();
        if (closed is null)
            return;
        _places.Release();
        request.Fail(closed);
    }

    /// <summary>
    /// Waits for requests and takes all of them; the list is valid until the next call. Returns null when the queue is closed and empty.
    /// </summary>
    /// <param name="most">The longest wait. After it the result is empty if no request has come.</param>
    public List<Request>? Take(TimeSpan most)
    {
        _taken.Clear();
        while (MustRest(Rest.UntilAny))
        {
            if (!_wake.WaitOne(most) && MustRest(Rest.None))
                return _taken;
        }
        if (MustRest(Rest.UntilUrgent))
            _wake.WaitOne(Lingering);
        lock (_gate)
        {
            if (_waiting.Count == 0)
                return null;
            (_waiting, _taken, _allCanWait, _rest) = (_taken, _waiting, false, Rest.None);
        }
        return _taken;
    }

    public void Leave(int requests)
    {
        if (requests > 0)
            _places.Release(requests);
    }

    /// <summary>Fails all further requests. The writer still takes those in the queue.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            _rest = Rest.None;
        }
        _wake.Set();
    }

    public void Dispose()
    {
        _places.Dispose();
        _wake.Dispose();
    }

    /// <summary>Records under the lock what the writer waits for. Returns false when it is already there.</summary>
    private bool MustRest(Rest rest)
    {
        lock (_gate)
        {
            var must = _closed is null && (rest == Rest.UntilUrgent ? _allCanWait : _waiting.Count == 0);
            _rest = must ? rest : Rest.None;
            return must;
        }
    }

    /// <summary>What the writer's thread waits for.</summary>
    private enum Rest
    {
        None,
        UntilAny,
        UntilUrgent,
    }
}
