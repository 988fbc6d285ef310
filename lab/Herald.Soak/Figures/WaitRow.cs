namespace Herald.Soak.Figures;

/// <param name="Wrong">What was.</param>
/// <param name="Topic">Which way the events had come in.</param>
/// <param name="Events">Deliveries to receivers that are well.</param>
internal sealed record WaitRow(string Wrong, string Topic, long Events, double P99Ms, double LongestMs);
