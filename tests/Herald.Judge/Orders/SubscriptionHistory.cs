namespace Herald.Judging.Orders;

/// <summary>
/// What operators have asked of one subscription. Orders overlap, and some are never answered; so what it was at a moment is, as a rule,
/// one of several:
/// a judge accuses only when none of them allows what has happened.
/// </summary>
public sealed class SubscriptionHistory(string id)
{
    private readonly List<Order> _orders = [];

    // No order took longer from asking to its end, of those that have one.
    private long _longest;

    public string Id => id;
    public IReadOnlyList<Order> Orders => _orders;

    public void Add(Order order) => _orders.Add(order);

    public void Ended(Order order)
    {
        _longest = Math.Max(_longest, order.EndsMs - order.AskedMs);
        Version++;
    }

    /// <summary>Rises with whatever changes the answers here.</summary>
    public int Version { get; private set; }

    /// <summary>
    /// The orders one of which was the latest of its kind at some moment of the time from one to the other; null among them: none had come
    /// yet.
    /// </summary>
    /// <param name="isMeant">The kind.</param>
    /// <param name="everywhere">As nodes that have not heard of a change yet may see it; else as the catalog has it.</param>
    public List<Order?> Latest(Func<Order, bool> isMeant, long fromMs, long toMs, bool everywhere)
    {
        var found = new List<Order?>();
        var (askedBy, isOpen) = (long.MinValue, false);
        for (var i = _orders.Count - 1; i >= 0; i--)
        {
            var order = _orders[i];
            isOpen |= order.EndsMs == long.MaxValue;
            // What ended before the latest certain one was asked cannot have come after it.
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

    /// <summary>The definitions that may have been in force; none when it may not have been there, or only so.</summary>
    public IEnumerable<Definition> Definitions(long fromMs, long toMs, bool everywhere)
    {
        foreach (var order in Latest(Defines, fromMs, toMs, everywhere))
        {
            if (order?.Definition is { } definition)
                yield return definition;
        }
    }

    /// <summary>The creations and replays of which one may have been the latest; null, or a deletion: it may not have been there.</summary>
    public List<Order?> Births(long fromMs, long toMs, bool everywhere) => Latest(Begins, fromMs, toMs, everywhere);

    /// <summary>All orders that have to do with whether it is sent to.</summary>
    public List<Order?> SwitchesAt(long fromMs, long toMs, bool everywhere) => Latest(Switches, fromMs, toMs, everywhere);

    /// <summary>It was there, and sent to, throughout, whatever the outcome of what nobody knows.</summary>
    public bool RunsCertainly(long fromMs, long toMs) =>
        SwitchesAt(fromMs, toMs, everywhere: true).TrueForAll(order => order is { IsCertain: true, What: Order.Resume or Order.Put }
            && order.EndsMs <= fromMs)
        && Births(fromMs, toMs, everywhere: true).TrueForAll(order => order is { IsCertain: true, What: Order.Replay or Order.Put }
            && order.EndsMs <= fromMs);

    /// <summary>It may have stood still at some moment.</summary>
    /// <param name="hasBegun">It has been sent to: whoever sent knew that it was there, and so does who follows him.</param>
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
    /// Since when it is clear which deliveries are the present ones: no creation, replay or deletion is still on its way to a node.
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
                // Before the first one there was nothing: what nodes send can be of no other.
                _clear = Math.Max(_clear, isFirst && order.IsCertain ? order.EndsMs : order.InForceMs);
                isFirst = false;
            }
            return _clear;
        }
    }

    private long _clear;
    private int _clearOf = -1;

    /// <summary>
    /// Nodes may have heard between the two moments that it was deleted: what is sent by the name then may be another subscription, which
    /// was made anew, and knows nothing of the attempts of the one before.
    /// </summary>
    public bool MayHaveEnded(long fromMs, long toMs) => _orders.Exists(order =>
        order is { What: Order.Delete, IsPossible: true } && order.AskedMs <= toMs && order.InForceMs >= fromMs);

    /// <summary>Since when every node knows of a deletion that was asked for after a moment; <see cref="long.MaxValue"/> when there is none.</summary>
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

    /// <summary>Something that nodes may not have heard of has been asked for.</summary>
    public void Asked() => Version++;
}
