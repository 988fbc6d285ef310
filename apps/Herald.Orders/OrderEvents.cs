namespace Herald.Orders;

/// <summary>How order changes are represented as events.</summary>
public static class OrderEvents
{
    /// <summary>The topic of all changes. The key is the order, so the changes of each order stay in order.</summary>
    public const string Topic = "events";

    /// <summary>The attribute that routes a change to its customer's webhook.</summary>
    public const string CustomerAttribute = "customer_id";

    internal static ReadOnlySpan<byte> CustomerAttributeUtf8 => "customer_id"u8;
}
