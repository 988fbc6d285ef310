namespace Herald.Lab.Orders;

/// <summary>The counts of a run of the producer.</summary>
internal sealed class ProduceTally
{
    public long Sent { get; private set; }
    public long Acknowledged { get; private set; }
    public long Failed => Sent - Acknowledged;

    /// <summary>The first problem; null when there is none.</summary>
    public string? Problem { get; private set; }

    public void Count(IReadOnlyList<OrderMessage> batch, OrderSinkResult result)
    {
        Sent += batch.Count;
        Acknowledged += result.Acknowledged;
        Problem ??= result.Problem;
    }
}
