namespace Herald.Lab.Orders;

/// <summary>
/// The changes of many orders, in turn: one customer after the other, and for each customer one open order after the other. When an order
/// has gone through all states, a new one takes its place.
/// </summary>
/// <remarks>
/// The customers follow from the seed. Orders and ids are always new, so a second run on the same Herald does not repeat the first.
/// </remarks>
public sealed class OrderGenerator
{
    public const int States = 8;
    private readonly TimeProvider _time;
    private readonly (Guid Order, int Next)[] _open;
    private long _turn;

    public OrderGenerator(int customers, int openOrders, int seed, TimeProvider time)
    {
        _time = time;
        var random = new Random(seed);
        var bytes = new byte[16];
        Customers = [.. Enumerable.Range(0, customers).Select(_ =>
        {
            random.NextBytes(bytes);
            return WithVersion(bytes);
        })];
        _open = new (Guid, int)[customers * openOrders];
    }

    public IReadOnlyList<Guid> Customers { get; }

    /// <summary>Creates the next change, with the current time.</summary>
    public OrderMessage Next()
    {
        var now = _time.GetUtcNow();
        var customer = Customers[(int)(_turn % Customers.Count)];
        // The change comes from the same place of each customer, and then from the next place of each. So events are spread evenly over the
        // customers.
        ref var order = ref _open[_turn % _open.Length];
        _turn++;
        if (order.Next == 0)
            order.Order = Guid.CreateVersion7(now);
        var number = order.Next;
        order.Next = (number + 1) % States;
        return new(Guid.CreateVersion7(now), customer, order.Order, $"state{number + 1}", now.UtcDateTime, number);
    }

    /// <summary>Sets the version and variant that RFC 9562 defines for random UUIDs.</summary>
    private static Guid WithVersion(byte[] bytes)
    {
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x40);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
