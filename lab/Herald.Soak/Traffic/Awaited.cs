namespace Herald.Soak.Traffic;

/// <summary>
/// The events that one subscription must still receive, and how long they wait. An event that is accepted and received is forgotten.
/// </summary>
/// <param name="waited">
/// Called for each received event, with the time at which it could first be received and the time of its receipt.
/// </param>
internal sealed class Awaited(TimeProvider time, Action<long, long> waited)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, State> _open = [];

    private sealed class State
    {
        public long? AcceptedAt { get; set; }
        public long? ReceivedAt { get; set; }
    }

    /// <summary>The number of awaited events.</summary>
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

    /// <summary>The time at which the longest waiting event was accepted; null when none waits.</summary>
    public long? OldestAt
    {
        get
        {
            lock (_gate)
                return _open.Values.Where(state => state.ReceivedAt is null).Min(state => state.AcceptedAt);
        }
    }

    /// <summary>Records that the event is about to be published.</summary>
    public void Ask(string id)
    {
        lock (_gate)
            _open.TryAdd(id, new State());
    }

    /// <summary>Records that Herald or a broker has accepted the event.</summary>
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

    /// <summary>Some events that have not come, to show more than a number.</summary>
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
