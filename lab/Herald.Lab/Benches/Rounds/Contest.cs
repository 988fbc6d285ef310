using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;

namespace Herald.Lab.Benches.Rounds;

/// <summary>
/// Measures limits and Herald in turn: (1) all are warmed up, (2) rounds follow, each in the opposite order of the last one, so that
/// changes on the machine affect all alike.
/// </summary>
internal static class Contest
{
    /// <summary>
    /// For about this long, the runtime recompiles the most used code again and again. A server does that only once in its life.
    /// </summary>
    public static readonly TimeSpan LeastWarmUp = TimeSpan.FromSeconds(12);

    public static async Task<(BenchSide Limit, BenchSide Herald)> RunAsync(
        IContender limit, IContender herald, BenchRig rig, CancellationToken cancel)
    {
        var sides = await RunAsync([limit, herald], rig, cancel);
        return (sides[0], sides[1]);
    }

    /// <returns>In the order of the contenders.</returns>
    public static async Task<IReadOnlyList<BenchSide>> RunAsync(
        IReadOnlyList<IContender> contenders, BenchRig rig, CancellationToken cancel)
    {
        var sides = contenders.Select(contender => new Side(contender, rig)).ToList();
        if (!rig.Options.IsBrief)
        {
            foreach (var side in sides)
                await side.WarmUpAsync(cancel);
        }
        for (var round = 1; round <= rig.Options.Rounds; round++)
        {
            foreach (var side in round % 2 == 1 ? sides : sides.AsEnumerable().Reverse())
                await side.RunAsync(round, cancel);
        }
        return [.. sides.Select(side => side.Result)];
    }

    private sealed class Side(IContender contender, BenchRig rig)
    {
        private readonly CpuMeter _cpu = new(contender.Processes, MachineTimes.Now, rig.Time);
        private readonly List<double> _figures = [];

        public BenchSide Result => new(contender.Name, new Series(_figures), _cpu.Use());

        public Task WarmUpAsync(CancellationToken cancel)
        {
            rig.Progress.Show($"warming up {contender.Name}");
            return contender.WarmUpAsync(rig.Options.Round > LeastWarmUp ? rig.Options.Round : LeastWarmUp, cancel);
        }

        public async Task RunAsync(int round, CancellationToken cancel)
        {
            rig.Progress.Show($"round {round} of {rig.Options.Rounds}, {contender.Name}");
            await contender.PrepareAsync(rig.Options.Round, cancel);
            _figures.Add(await _cpu.MeasureAsync(() => contender.MeasureAsync(rig.Options.Round, cancel)));
        }
    }
}
