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

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _places = new(Bound);

    // Set outside the gate: the writer would wake up only to wait for whoever woke it.
    private readonly AutoResetEvent _wake = new(false);
    private List<Request> _waiting = new(256), _taken = new(256);
    private Exception? _closed;

    // Of those that wait.
    private bool _allCanWait;
    private Rest _rest;

    /// <summary>Takes a place, at once when there is one.</summary>
    public bool TryEnter() => _places.Wait(0);

    public Task EnterAsync(CancellationToken cancel) => _places.WaitAsync(cancel);

    /// <summary>For one who has a place. Fails the request when the queue is closed.</summary>
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

    /// <summary>Waits for requests and takes all; null when the queue is closed and empty. Good until the next call.</summary>
    /// <param name="most">Then none are given, if none have come.</param>
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

    /// <summary>From now on requests fail; those that wait are still taken.</summary>
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

    /// <summary>Says under the gate what the writer is to be woken for; false when that is there already.</summary>
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
