namespace Herald.Postgres.Connections;

/// <summary>
/// Takes what waits in groups, and runs one group at a time on the thread pool. What arrives during a run is the next group, so slower runs
/// make larger groups.
/// </summary>
/// <remarks>A group that fails costs its own items alone: the next group is run all the same.</remarks>
/// <param name="mostItems">Items in a group, at most.</param>
/// <param name="mostBytes">Bytes of a group, at most. An item that is larger is a group by itself.</param>
internal abstract class GroupLoop<T>(int mostItems, long mostBytes) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _waiting = new();
    private bool _isRunning;
    private Task _run = Task.CompletedTask;
    private int _waitingCount;

    // Only the run uses it.
    private readonly List<T> _group = [];

    /// <summary>The number of items that wait for a later group.</summary>
    public int Waiting => Volatile.Read(ref _waitingCount);

    /// <summary>Adds all items before the next group is taken.</summary>
    public void Add(params ReadOnlySpan<T> items)
    {
        lock (_gate)
        {
            foreach (var item in items)
                _waiting.Enqueue(item);
            Volatile.Write(ref _waitingCount, _waiting.Count);
            if (_isRunning)
                return;
            _isRunning = true;
            _run = Task.Run(RunGroupsAsync);
        }
    }

    /// <summary>Waits until the run under way has ended and nothing waits any more.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        Task last;
        lock (_gate)
            last = _run;
        await last.ConfigureAwait(false);
    }

    /// <summary>The bytes that the item counts for.</summary>
    protected abstract long SizeOf(T item);

    /// <param name="group">Valid until the returned task ends. Items that have ended can be removed, so that they do not fail.</param>
    protected abstract Task RunAsync(List<T> group);

    /// <summary>Ends the items of a group whose run has failed. It must not fail itself, because that would end the loop.</summary>
    protected abstract Task FailAsync(List<T> group, Exception failure);

    private async Task RunGroupsAsync()
    {
        while (TakeGroup())
        {
            try
            {
                await RunAsync(_group).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                await FailAsync(_group, failure).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Returns false when nothing waits. The next call of Add starts the loop again.</summary>
    private bool TakeGroup()
    {
        _group.Clear();
        long bytes = 0;
        lock (_gate)
        {
            while (_group.Count < mostItems && _waiting.TryPeek(out var next))
            {
                var size = SizeOf(next);
                if (_group.Count > 0 && bytes + size > mostBytes)
                    break;
                bytes += size;
                _group.Add(_waiting.Dequeue());
            }
            Volatile.Write(ref _waitingCount, _waiting.Count);
            _isRunning = _group.Count > 0;
            return _isRunning;
        }
    }
}
