namespace Herald.Orders.Registrations;

/// <summary>A customer that has no live handler.</summary>
/// <param name="Before">The handler to replace; null when there has been none.</param>
/// <param name="Rank">See <see cref="Activity.WatchedCustomer.Rank"/>; 0, before all others, when none is remembered.</param>
/// <param name="SeenAt">When the customer's newest event was seen; null when none is remembered.</param>
internal readonly record struct Candidate(Guid Customer, Registration? Before, long Rank, long? SeenAt);
