using Herald.Cli.Benching.Machines;
using Herald.Cli.Benching.Reporting;

namespace Herald.Cli.Benching.Running;

/// <summary>
/// Measures a limit and Herald in turn: (1) both are warmed up, (2) rounds, in which now the one, now the other is first, so that
/// whatever changes on the machine meanwhile meets both.
/// </summary>
internal static class Contest
{
    /// <summary>The runtime compiles what is used most again and again for about this long; a server does that once in its life.</summary>
    public static readonly TimeSpan LeastWarmUp = TimeSpan.FromSeconds(12);

    public static async Task<(BenchSide Limit, BenchSide Herald)> RunAsync(IContender limit, IContender herald, BenchRig rig, CancellationToken cancel)
    {
        var sides = (Limit: new Side(limit, rig), Herald: new Side(herald, rig));
        if (!rig.Options.IsBrief)
        {
            await sides.Limit.WarmUpAsync(cancel);
            await sides.Herald.WarmUpAsync(cancel);
        }
        for (var round = 1; round <= rig.Options.Rounds; round++)
        {
            var (first, second) = round % 2 == 1 ? (sides.Limit, sides.Herald) : (sides.Herald, sides.Limit);
            await first.RunAsync(round, cancel);
            await second.RunAsync(round, cancel);
        }
        return (sides.Limit.Result, sides.Herald.Result);
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
