using Herald.Lab.Benches.Databases;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.HeldTransactions;

/// <summary>A contender, measured either unchanged or while a transaction is open in its database.</summary>
/// <param name="database">Null to open no transaction.</param>
internal sealed class HeldContender(string name, IContender inner, BenchDatabase? database, TimeSpan leastRound) : IContender
{
    public string Name => name;
    public IReadOnlyList<CpuSource> Processes => inner.Processes;

    public Task WarmUpAsync(TimeSpan length, CancellationToken cancel) => inner.WarmUpAsync(length, cancel);

    public Task PrepareAsync(TimeSpan length, CancellationToken cancel) => inner.PrepareAsync(Longer(length), cancel);

    public async Task<double> MeasureAsync(TimeSpan length, CancellationToken cancel)
    {
        await using var held = database is null ? null : await database.HoldSnapshotAsync(cancel);
        return await inner.MeasureAsync(Longer(length), cancel);
    }

    private TimeSpan Longer(TimeSpan length) => length > leastRound ? length : leastRound;
}
