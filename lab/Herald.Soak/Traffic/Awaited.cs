namespace Herald.Soak.Traffic;

/// <summary>
/// What one subscription is still to receive, and how long it waits. What has been received and answered for is forgotten.
/// </summary>
/// <param name="waited">Told of each event that has come: since when it could have, and when it did.</param>
internal sealed class Awaited(TimeProvider time, Action<long, long> waited)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, State> _open = [];

    private sealed class State
    {
        public long? AcceptedAt { get; set; }
        public long? ReceivedAt { get; set; }
    }

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    public long Received { get; private set; }
    public long Repeats { get; private set; }

    /// <summary>Since when the longest waits that has been answered for; null when none does.</summary>
    public long? OldestAt
    {
        get
        {
            lock (_gate)
                return _open.Values.Where(state => state.ReceivedAt is null).Min(state => state.AcceptedAt);
        }
    }

    /// <summary>It is going to be asked for.</summary>
    public void Ask(string id)
    {
        lock (_gate)
            _open.TryAdd(id, new State());
    }

    /// <summary>Somebody has given their word for it.</summary>
    public void Accept(string id)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(id, out var state))
                return;
            state.AcceptedAt ??= time.GetTimestamp();
            Close(id, state);
        }
    }

    public void Receive(string id)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(id, out var state) || state.ReceivedAt is not null)
            {
                Repeats++;
                return;
            }
            Received++;
            state.ReceivedAt = time.GetTimestamp();
            Close(id, state);
        }
    }

    /// <summary>Some that have not come, to say more than a number.</summary>
    public IReadOnlyList<string> Some(int most)
    {
        lock (_gate)
            return [.. _open.Where(one => one.Value.ReceivedAt is null).Take(most).Select(one => one.Key)];
    }

    private void Close(string id, State state)
    {
        if (state is not { AcceptedAt: { } accepted, ReceivedAt: { } received })
            return;
        _open.Remove(id);
        waited(Math.Min(accepted, received), received);
    }
}
