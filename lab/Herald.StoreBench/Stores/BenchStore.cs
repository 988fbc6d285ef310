namespace Herald.StoreBench.Stores;

/// <summary>A store that can be measured.</summary>
/// <param name="FindsRepeats">Whether it looks for the ids of events. Only the limit does not.</param>
/// <param name="OpenAsync">Opens an empty store in a directory of its own, for a round of that length.</param>
internal sealed record BenchStore(string Name, bool FindsRepeats, Func<string, TimeSpan, TimeProvider, Task<OpenStore>> OpenAsync);
