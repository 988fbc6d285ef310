namespace Herald.Orders.Activity;

/// <summary>
/// What this node has seen: customers with events, and live handlers. All times are timestamps of this node's own clock. Thread-safe.
/// </summary>
/// <param name="most">
/// The most customers, and separately the most handlers, that are kept. When it is reached, the quarter that was seen longest ago is
/// forgotten.
/// </param>
internal sealed class RecentActivity(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, WatchedCustomer> _customers = [];
    private readonly Dictionary<Guid, HeardHandler> _handlers = [];
    private long _rank;

    public int Count
    {
        get
        {
            lock (_lock)
                return _customers.Count;
        }
    }

    public void Saw(Guid customer, EventPlace place, long at)
    {
        lock (_lock)
        {
            if (_customers.TryGetValue(customer, out var known))
            {
                if (at >= known.SeenAt)
                    _customers[customer] = known with { SeenAt = at, Newest = place };
                return;
            }
            MakeRoom(_customers, one => one.SeenAt);
            _customers.Add(customer, new(++_rank, at, place));
        }
    }

    /// <summary>Records a sign of life. A sign of an older epoch is ignored.</summary>
    public void Heard(Guid customer, long epoch, long at)
    {
        lock (_lock)
        {
            if (_handlers.TryGetValue(customer, out var known))
            {
                if (epoch > known.Epoch || (epoch == known.Epoch && at > known.At))
                    _handlers[customer] = new(epoch, at);
                return;
            }
            MakeRoom(_handlers, one => one.At);
            _handlers.Add(customer, new(epoch, at));
        }
    }

    /// <summary>
    /// The last sign of life of this epoch or a later one. If there is none, the assumed time is recorded for this epoch and returned.
    /// </summary>
    public HeardHandler HeardOrAssumed(Guid customer, long epoch, long assumed)
    {
        lock (_lock)
        {
            if (_handlers.TryGetValue(customer, out var known) && known.Epoch >= epoch)
                return known;
            MakeRoom(_handlers, one => one.At);
            return _handlers[customer] = new(epoch, assumed);
        }
    }

    public WatchedCustomer? Find(Guid customer)
    {
        lock (_lock)
            return _customers.TryGetValue(customer, out var known) ? known : null;
    }

    /// <summary>The wanted customers whose newest event was seen at that time or later.</summary>
    public List<(Guid Customer, WatchedCustomer Watched)> SeenSince(long since, Func<Guid, bool> wanted)
    {
        var found = new List<(Guid, WatchedCustomer)>();
        lock (_lock)
        {
            foreach (var (customer, watched) in _customers)
            {
                if (watched.SeenAt >= since && wanted(customer))
                    found.Add((customer, watched));
            }
        }
        return found;
    }

    private void MakeRoom<T>(Dictionary<Guid, T> all, Func<T, long> at)
    {
        if (all.Count < most)
            return;
        foreach (var (customer, _) in all.OrderBy(one => at(one.Value)).Take(Math.Max(1, most / 4)).ToList())
            all.Remove(customer);
    }
}
