namespace Herald.Orders;

/// <summary>How order changes are told to Herald.</summary>
public static class OrderEvents
{
    /// <summary>The topic of all changes. Its key is the order, so that each order's changes stay in order.</summary>
    public const string Topic = "events";

    /// <summary>The attribute by which changes find their customer's webhook.</summary>
    public const string CustomerAttribute = "customer_id";

    internal static ReadOnlySpan<byte> CustomerAttributeUtf8 => "customer_id"u8;
}
