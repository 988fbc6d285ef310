namespace Herald.Orders.Activity;

/// <summary>A customer with recent events, as this node has seen it.</summary>
/// <param name="Rank">Its place among all customers that were seen. The lowest has waited longest.</param>
/// <param name="SeenAt">When its newest event was seen, as a timestamp of this node's clock.</param>
/// <param name="Newest">The place of that event.</param>
internal readonly record struct WatchedCustomer(long Rank, long SeenAt, EventPlace Newest);
