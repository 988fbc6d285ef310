using Herald.Cli.Benching.Machines;
using Herald.Cli.Benching.Running;

namespace Herald.Cli.Benching.Delivering;

/// <summary>Herald, whose backlog the system has forgotten before each round: what is delivered comes from the disk.</summary>
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
