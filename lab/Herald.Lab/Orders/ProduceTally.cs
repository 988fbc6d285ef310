namespace Herald.Lab.Orders;

/// <summary>What a run of the producer has published.</summary>
internal sealed class ProduceTally
{
    public long Sent { get; private set; }
    public long Acknowledged { get; private set; }
    public long Failed => Sent - Acknowledged;

    /// <summary>The first thing that went wrong; null while nothing has.</summary>
    public string? Problem { get; private set; }

    public void Count(IReadOnlyList<OrderMessage> batch, OrderSinkResult result)
    {
        Sent += batch.Count;
        Acknowledged += result.Acknowledged;
        Problem ??= result.Problem;
    }
}
