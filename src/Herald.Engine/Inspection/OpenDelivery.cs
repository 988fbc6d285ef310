namespace Herald.Engine.Inspection;

/// <summary>A delivery that is not settled.</summary>
/// <param name="Ahead">The oldest delivery of its key when it is another one; null otherwise.</param>
/// <param name="Unread">The entries of the log that must be read first, with its own; 0 when it is in memory.</param>
internal sealed record OpenDelivery(DeliveryView Delivery, DeliveryView? Ahead, long Unread);
