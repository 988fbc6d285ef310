namespace Herald.Alarms.Retention;

/// <summary>The users that were heard first in one period: how long the list of them is.</summary>
/// <param name="Period">Its name.</param>
/// <param name="Chunks">It is saved in so many, of which only the last one grows, or is read and removed.</param>
internal readonly record struct HeardList(long Period, int Chunks);
