using Herald.Lab.Processes;


namespace Herald.Lab.Benches;

/// <param name="Round">The length of one round.</param>
/// <param name="Rounds">Measured rounds of each side.</param>
/// <param name="Data">The directory to measure in; null for one in the directory for temporary files.</param>
/// <param name="IsBrief">The run only checks that the bench works: it does as little as possible and warms nothing up.</param>
/// <param name="Store">The store of the measured servers.</param>
internal sealed record BenchOptions(TimeSpan Round, int Rounds, DirectoryInfo? Data, bool IsBrief, StoreChoice Store = StoreChoice.Embedded)
{
    public static BenchOptions Brief(DirectoryInfo? data, StoreChoice store = StoreChoice.Embedded) =>
        new(TimeSpan.FromSeconds(1), 1, data, true, store);
}
