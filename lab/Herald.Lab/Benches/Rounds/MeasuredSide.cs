using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;

namespace Herald.Lab.Benches.Rounds;

/// <summary>One of several things that are measured in turn, for rounds that give more than one figure.</summary>
/// <param name="processes">The processes whose CPU is counted.</param>
/// <param name="measure">Runs one round.</param>
internal sealed class MeasuredSide<T>(
    string name, IReadOnlyList<CpuSource> processes, Func<CancellationToken, Task<T>> measure, BenchRig rig)
{
    private readonly CpuMeter _cpu = new(processes, MachineTimes.Now, rig.Time);
    private readonly List<T> _rounds = [];

    public string Name => name;

    /// <summary>The rounds that count.</summary>
    public IReadOnlyList<T> Rounds => _rounds;

    /// <param name="counts">False for a warm-up.</param>
    public async Task RunAsync(bool counts, CancellationToken cancel)
    {
        if (counts)
            _rounds.Add(await _cpu.MeasureAsync(() => measure(cancel)));
        else
            await measure(cancel);
    }

    /// <param name="withCpu">True for one of the rows that show this side. The others need not repeat its CPU.</param>
    public BenchSide Figure(Func<T, double> figure, bool withCpu = false) =>
        new(name, new Series([.. _rounds.Select(figure)]), withCpu ? _cpu.Use() : CpuUse.Unmeasured);
}
