using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Delivery;

/// <summary>Herald with a page cache that is dropped before each round, so deliveries are read from the disk.</summary>
internal sealed class ColdContender(DeliveryContender inner) : IContender
{
    public const string ContenderName = "herald, page cache dropped";

    public string Name => ContenderName;
    public IReadOnlyList<CpuSource> Processes => inner.Processes;

    public Task WarmUpAsync(TimeSpan length, CancellationToken cancel) => inner.WarmUpAsync(length, cancel);

    public async Task PrepareAsync(TimeSpan length, CancellationToken cancel)
    {
        await inner.PrepareAsync(length, cancel);
        PageCache.Drop();
    }

    public Task<double> MeasureAsync(TimeSpan length, CancellationToken cancel) => inner.MeasureAsync(length, cancel);
}
