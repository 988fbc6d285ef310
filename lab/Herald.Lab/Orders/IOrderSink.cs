namespace Herald.Lab.Orders;

/// <summary>Where orders' changes are published.</summary>
internal interface IOrderSink : IAsyncDisposable
{
    /// <summary>For people.</summary>
    string Place { get; }

    /// <summary>
    /// Publishes a batch; complete when it is durable, or given up. What failed is tried again with the same ids before anything later is,
    /// so that order per key survives. One batch after another.
    /// </summary>
    Task<OrderSinkResult> PublishAsync(IReadOnlyList<OrderMessage> batch, CancellationToken cancel);
}
