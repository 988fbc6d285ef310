namespace Herald.Lab.Orders;

/// <summary>The place where changes of orders are published.</summary>
internal interface IOrderSink : IAsyncDisposable
{
    /// <summary>The name of the place, for people.</summary>
    string Place { get; }

    /// <summary>
    /// Publishes a batch, and completes when it is durable or given up. A failed message is sent again with the same id before any later
    /// one, so the order per key is kept. Only one batch can be under way.
    /// </summary>
    Task<OrderSinkResult> PublishAsync(IReadOnlyList<OrderMessage> batch, CancellationToken cancel);
}
