namespace Herald.Lab.Orders;

/// <param name="Acknowledged">How many of the batch are durable.</param>
/// <param name="Problem">What is wrong with the others, or the first of them; null when all are durable.</param>
public readonly record struct OrderSinkResult(int Acknowledged, string? Problem);
