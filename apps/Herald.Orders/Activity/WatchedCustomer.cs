namespace Herald.Orders.Activity;

/// <summary>A customer with recent events, as this node has seen it.</summary>
/// <param name="Order">Its rank among all customers that were seen. The lowest has waited longest.</param>
/// <param name="SeenAt">When its newest event was seen, as a timestamp of this node's clock.</param>
/// <param name="Newest">The place of that event.</param>
internal readonly record struct WatchedCustomer(long Order, long SeenAt, EventPlace Newest);
