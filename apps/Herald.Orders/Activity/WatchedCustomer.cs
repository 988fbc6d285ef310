namespace Herald.Orders.Activity;

/// <summary>A customer that has had an event lately, as this node has seen it.</summary>
/// <param name="Order">Among all that were seen: who was there first has waited longest.</param>
/// <param name="SeenAt">When its newest event was seen: a timestamp of this node's clock.</param>
/// <param name="Newest">Where that event stands.</param>
internal readonly record struct WatchedCustomer(long Order, long SeenAt, EventPlace Newest);
