namespace Herald.Lab.Orders;

/// <summary>
/// The changes of many orders, in turn: one customer after the other, and for each customer one open order after the other. An order goes
/// through its states, then a new one takes its place.
/// </summary>
/// <remarks>Customers follow from the seed; orders and ids never come twice, so that a second run on the same Herald is no repeat of the first.</remarks>
public sealed class Story
{
    public const int States = 8;
    private readonly TimeProvider _time;
    private readonly (Guid Order, int Next)[] _open;
    private long _turn;

    public Story(int customers, int openOrders, int seed, TimeProvider time)
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

    /// <summary>The change that happens now.</summary>
    public OrderMessage Next()
    {
        var now = _time.GetUtcNow();
        var customer = Customers[(int)(_turn % Customers.Count)];
        // Of each customer the same place, then of each the next: events are spread evenly over customers.
        ref var order = ref _open[_turn % _open.Length];
        _turn++;
        if (order.Next == 0)
            order.Order = Guid.CreateVersion7(now);
        var number = order.Next;
        order.Next = (number + 1) % States;
        return new(Guid.CreateVersion7(now), customer, order.Order, $"state{number + 1}", now.UtcDateTime, number);
    }

    /// <summary>As RFC 9562 has it for random ones.</summary>
    private static Guid WithVersion(byte[] bytes)
    {
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x40);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
