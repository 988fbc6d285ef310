namespace Herald.Orders.Activity;

/// <param name="At">When its last sign of life was read, as a timestamp of this node's clock.</param>
internal readonly record struct HeardHandler(long Epoch, long At);
