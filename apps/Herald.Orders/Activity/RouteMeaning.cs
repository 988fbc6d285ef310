namespace Herald.Orders.Activity;

/// <summary>The meaning of a route hash in the index. All events with the same type and attributes share one hash.</summary>
/// <param name="Customer">Null when the event names no customer.</param>
/// <param name="Epoch">The epoch of a heartbeat.</param>
internal readonly record struct RouteMeaning(Guid? Customer, long Epoch);
