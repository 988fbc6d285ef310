namespace Herald.Lab.Orders;

/// <param name="Acknowledged">How many messages of the batch are durable.</param>
/// <param name="Problem">The problem of the others, or of the first of them; null when all are durable.</param>
public readonly record struct OrderSinkResult(int Acknowledged, string? Problem);
