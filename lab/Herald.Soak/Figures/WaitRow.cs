namespace Herald.Soak.Figures;

/// <param name="Wrong">The fault at that time.</param>
/// <param name="Topic">The topic, which identifies the entrance of the events.</param>
/// <param name="Events">Deliveries to receivers that are well.</param>
internal sealed record WaitRow(string Wrong, string Topic, long Events, double P99Ms, double LongestMs);
