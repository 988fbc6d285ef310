namespace Herald.Orders.Registrations;

/// <summary>A customer without a live handler, or without any.</summary>
/// <param name="Before">The handler that is to be replaced; null when there has been none.</param>
/// <param name="SeenAt">When the customer's newest event was seen; null when it is not remembered.</param>
internal readonly record struct Candidate(Guid Customer, Registration? Before, long Order, long? SeenAt);
