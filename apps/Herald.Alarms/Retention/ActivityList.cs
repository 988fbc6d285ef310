namespace Herald.Alarms.Retention;

/// <summary>The size of the list of users of one period.</summary>
/// <param name="Period">The start of the period, which names it.</param>
/// <param name="Chunks">The number of chunks in which the list is saved. Only the last one grows, or is read and removed.</param>
internal readonly record struct ActivityList(long Period, int Chunks);
