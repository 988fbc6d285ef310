using Herald.Lab.Processes;


namespace Herald.Lab.Benches;

/// <param name="Round">How long one round takes.</param>
/// <param name="Rounds">Measured rounds of each side.</param>
/// <param name="Data">Where to measure; null for a place for temporary files.</param>
/// <param name="IsBrief">Only to see that it works: as little as can be done, and nothing is warmed up.</param>
/// <param name="Store">What measured servers stand on.</param>
internal sealed record BenchOptions(TimeSpan Round, int Rounds, DirectoryInfo? Data, bool IsBrief, StoreChoice Store = StoreChoice.Embedded)
{
    public static BenchOptions Brief(DirectoryInfo? data, StoreChoice store = StoreChoice.Embedded) => new(TimeSpan.FromSeconds(1), 1, data, true, store);
}
