namespace Herald.Orders.Activity;

/// <summary>What a route hash of the index stands for. All events with the same type and attributes share one.</summary>
/// <param name="Customer">Null when the event names none.</param>
/// <param name="Epoch">Of a heartbeat.</param>
internal readonly record struct RouteName(Guid? Customer, long Epoch);
