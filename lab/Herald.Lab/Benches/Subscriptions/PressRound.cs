namespace Herald.Lab.Benches.Subscriptions;

/// <param name="AcceptedPerSecond">While everything was published as fast as it was answered.</param>
/// <param name="DeliveredPerSecond">From the first to the last delivery, which may come later.</param>
internal sealed record PressRound(double AcceptedPerSecond, double DeliveredPerSecond);
