namespace Herald.EndToEnd.PowerLoss;

/// <summary>
/// What was ordered for things with a name, such as topics and subscriptions, and which state each may have after a crash: the last one
/// that was answered, or one that was ordered later.
/// </summary>
internal sealed class Promises(Timeline timeline)
{
    private readonly Dictionary<string, List<Order>> _orders = [];

    public IReadOnlyList<string> Names => [.. _orders.Keys];

    /// <param name="state">Null for: it does not exist.</param>
    public async Task OrderAsync(string name, string? state, Func<Task> ask)
    {
        if (!_orders.TryGetValue(name, out var orders))
            _orders[name] = orders = [new(null, 0) { Answered = 0 }];
        var order = new Order(state, timeline.Now);
        orders.Add(order);
        await ask();
        order.Answered = timeline.Now;
    }

    /// <summary>Everything until now was before the present disk was mounted.</summary>
    public void Begin()
    {
        foreach (var orders in _orders.Values)
            orders.ForEach(order => (order.Asked, order.Answered) = (0, order.Answered is null ? null : 0));
    }

    public void GoBackTo(long place)
    {
        foreach (var orders in _orders.Values)
        {
            orders.RemoveAll(order => order.Asked > place);
            foreach (var order in orders.Where(order => order.Answered > place))
                order.Answered = null;
        }
    }

    /// <summary>Takes the state that was found. It is final, because nobody who had ordered another one is left.</summary>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public string? Find(string name, string? state)
    {
        var orders = _orders[name];
        var first = orders.FindLastIndex(order => order.Answered is not null);
        if (!orders.Skip(first).Any(order => order.State == state))
        {
            var allowed = string.Join(" or ", orders.Skip(first).Select(order => order.State ?? "missing"));
            return $"{name} is {state ?? "missing"}, and can only be {allowed}";
        }
        _orders[name] = [new(state, 0) { Answered = 0 }];
        return null;
    }

    private sealed class Order(string? state, long asked)
    {
        public string? State => state;
        public long Asked { get; set; } = asked;
        public long? Answered { get; set; }
    }
}
