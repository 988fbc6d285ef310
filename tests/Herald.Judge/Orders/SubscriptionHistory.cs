namespace Herald.Judging.Orders;

/// <summary>
/// All orders for one subscription. Orders overlap, and some never get an answer. So the subscription was, at a given moment, one of
/// several possible ones. The judge accuses only when none of them allows what happened.
/// </summary>
public sealed class SubscriptionHistory(string id)
{
    private readonly List<Order> _orders = [];

    // The longest time between the request and the end of an order, of the orders that have an end.
    private long _longest;

    public string Id => id;
    public IReadOnlyList<Order> Orders => _orders;

    public void Add(Order order) => _orders.Add(order);

    public void Ended(Order order)
    {
        _longest = Math.Max(_longest, order.EndsMs - order.AskedMs);
        Version++;
    }

    /// <summary>Rises with every change that can change the answers of this class.</summary>
    public int Version { get; private set; }

    /// <summary>
    /// The orders of one kind that can have been the latest of that kind at some moment between the two given ones. A null in the list:
    /// there can have been no such order yet.
    /// </summary>
    /// <param name="isMeant">Selects the kind.</param>
    /// <param name="everywhere">As a node can see it that does not know of a change yet. Else as the catalog has it.</param>
    public List<Order?> Latest(Func<Order, bool> isMeant, long fromMs, long toMs, bool everywhere)
    {
        var found = new List<Order?>();
        var (askedBy, isOpen) = (long.MinValue, false);
        for (var i = _orders.Count - 1; i >= 0; i--)
        {
            var order = _orders[i];
            isOpen |= order.EndsMs == long.MaxValue;
            // An order that ended before the request of the latest certain one cannot have come after it.
            if (!isOpen && askedBy != long.MinValue && order.AskedMs + _longest < askedBy)
                break;
            if (!order.IsPossible || order.AskedMs > toMs || !isMeant(order) || order.EndsMs < askedBy)
                continue;
            found.Add(order);
            if (order.IsCertain && (everywhere ? order.InForceMs : order.EndsMs) < fromMs)
                askedBy = Math.Max(askedBy, order.AskedMs);
        }
        found.RemoveAll(order => order!.EndsMs < askedBy);
        if (askedBy == long.MinValue)
            found.Add(null);
        return found;
    }

    private static bool Defines(Order order) => order.What is Order.Put or Order.Delete;

    private static bool Begins(Order order) => order.IsRebirth;

    private static bool Switches(Order order) => order.What is Order.Pause or Order.Resume or Order.Gone || (order.What is Order.Put
        && order.Creates != false);

    /// <summary>The definitions that can have been in force. Empty when the subscription can only have been absent.</summary>
    public IEnumerable<Definition> Definitions(long fromMs, long toMs, bool everywhere)
    {
        foreach (var order in Latest(Defines, fromMs, toMs, everywhere))
        {
            if (order?.Definition is { } definition)
                yield return definition;
        }
    }

    /// <summary>
    /// The creations, replays and deletions of which one can have been the latest. Null or a deletion: the subscription can have been
    /// absent.
    /// </summary>
    public List<Order?> Births(long fromMs, long toMs, bool everywhere) => Latest(Begins, fromMs, toMs, everywhere);

    /// <summary>All orders that start or stop the sending to the subscription.</summary>
    public List<Order?> SwitchesAt(long fromMs, long toMs, bool everywhere) => Latest(Switches, fromMs, toMs, everywhere);

    /// <summary>The subscription existed and was active throughout, whatever the outcome of the unknown orders.</summary>
    public bool RunsCertainly(long fromMs, long toMs) =>
        SwitchesAt(fromMs, toMs, everywhere: true).TrueForAll(order => order is { IsCertain: true, What: Order.Resume or Order.Put }
            && order.EndsMs <= fromMs)
        && Births(fromMs, toMs, everywhere: true).TrueForAll(order => order is { IsCertain: true, What: Order.Replay or Order.Put }
            && order.EndsMs <= fromMs);

    /// <summary>The subscription can have been paused, or absent, at some moment.</summary>
    /// <param name="hasBegun">There was an attempt, so its sender knew the subscription, and so does every later owner.</param>
    public bool MayStandStill(long fromMs, long toMs, bool hasBegun = false)
    {
        foreach (var order in SwitchesAt(fromMs, toMs, everywhere: true))
        {
            if (order is null ? !hasBegun : order.What is Order.Pause or Order.Gone)
                return true;
        }
        return false;
    }

    /// <summary>
    /// From this moment it is clear which deliveries are the present ones: no node can still be unaware of a creation, a replay or a
    /// deletion.
    /// </summary>
    public long ClearSinceMs
    {
        get
        {
            if (_clearOf == Version)
                return _clear;
            (_clear, _clearOf) = (0, Version);
            var isFirst = true;
            foreach (var order in _orders)
            {
                if (!order.IsRebirth || !order.IsPossible)
                    continue;
                // Before the first creation there was no subscription, so attempts can belong to no other one.
                _clear = Math.Max(_clear, isFirst && order.IsCertain ? order.EndsMs : order.InForceMs);
                isFirst = false;
            }
            return _clear;
        }
    }

    private long _clear;
    private int _clearOf = -1;

    /// <summary>
    /// Between the two moments a node can have learned of a deletion. Attempts under the same name can then belong to a new subscription,
    /// which knows nothing of the attempts of the old one.
    /// </summary>
    public bool MayHaveEnded(long fromMs, long toMs) => _orders.Exists(order =>
        order is { What: Order.Delete, IsPossible: true } && order.AskedMs <= toMs && order.InForceMs >= fromMs);

    /// <summary>
    /// When every node knew of a deletion that was asked for after a moment. <see cref="long.MaxValue"/> when there is no such deletion.
    /// </summary>
    public long DeletedSinceMs(long afterMs)
    {
        var since = long.MaxValue;
        foreach (var order in _orders)
        {
            if (order is { What: Order.Delete, IsCertain: true } && order.AskedMs >= afterMs)
                since = Math.Min(since, order.InForceMs);
        }
        return since;
    }

    /// <summary>Something was asked for that nodes do not know of yet.</summary>
    public void Asked() => Version++;
}
