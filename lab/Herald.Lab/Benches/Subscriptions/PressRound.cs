namespace Herald.Lab.Benches.Subscriptions;

/// <param name="AcceptedPerSecond">The rate while everything was published as fast as it was answered.</param>
/// <param name="DeliveredPerSecond">The rate from the first to the last delivery, which can come after the publishing.</param>
internal sealed record PressRound(double AcceptedPerSecond, double DeliveredPerSecond);
