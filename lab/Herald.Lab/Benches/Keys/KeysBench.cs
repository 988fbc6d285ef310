using System.Globalization;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Keys;

/// <summary>
/// How fast a backlog is delivered, in order per key, to a receiver that needs time for each event, with few keys and with many. The ideal
/// has as many attempts in flight as allowed, all the time.
/// </summary>
internal sealed class KeysBench : IBench
{
    private const int Events = 10_000, BriefEvents = 200;
    private const int Sink = 0;

    /// <summary>
    /// With fewer keys a run is long, and one run is enough, because it is a mean over thousands of consecutive deliveries.
    /// </summary>
    private const int FewKeys = 10;

    /// <summary>Targets apply from this number of keys on. With fewer keys than attempts, the ideal leaves out the round trips.</summary>
    private const int ManyKeys = 1000;
    private static readonly (int Width, double Times)[] Widths = [(16, 1.1), (100, 1.3)];
    private static readonly int[] KeyCounts = [10_000, 1000, 50, 20, 10, 5, 2, 1];
    private static readonly int[] BriefKeyCounts = [100, 10];

    public string Name => "keys";
    public string Description => "A backlog of 10,000 events over 1 to 10,000 keys, for a receiver that needs 0 to 5 ms for each "
        + "event, beside the ideal time.";

    public string Matters =>
        "The ratio is important: the time divided by the ideal time, which is the working time of the receiver divided by the "
            + "attempts that can be in flight.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        using var herald = await MeasuredHerald.StartAsync(rig, cancel);
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        await traffic.BehaveAsync(Sink, SinkConduct.Work, cancel);
        var events = rig.Options.IsBrief ? BriefEvents : Events;
        rig.Note(
            $"{events:N0} events of {TrafficEvent.PayloadBytes} bytes are published before a round begins. The round lasts from the "
                + "moment when the subscription is resumed until the last answer.");
        rig.Note(
            "The receiver waits 0 to 5 ms for each event, equally long for the same event in every round. The ideal time uses the "
                + "time that it really waited.");
        rig.Note(
            "Published for 10,000 events, 100 at a time on 16 threads: 2.13, 2.06, 2.2, 2.2, 3.3, 5.9, 13.6, 26.7 s. The same library "
                + "measured on such a machine: 1.06 to 1.41 times the ideal time with 16 at a time, 2.5 to 2.95 times with 100.");
        rig.Note("The name of a row has the attempts that can be in flight, and the number of keys.");
        rig.Note($"With fewer than {FewKeys} keys one round was measured.");

        var rows = new List<BenchRow>();
        if (!rig.Options.IsBrief)
            await MeasureAsync(Widths[^1].Width, KeyCounts[0], rounds: 1);
        foreach (var (width, times) in Widths)
            foreach (var keys in rig.Options.IsBrief ? BriefKeyCounts : KeyCounts)
            {
                var side = await MeasureAsync(width, keys, keys < FewKeys ? 1 : rig.Options.Rounds);
                var ideal = new BenchSide("ideal", side.Figure(round => round.Ideal.TotalSeconds).Series, CpuUse.Unmeasured);
                rows.Add(new(
                    Title(width, keys), Unit.Seconds, ideal, side.Figure(round => round.Took.TotalSeconds, withCpu: true),
                    keys >= ManyKeys ? [new Target.RatioAtMost(times)] : []));
            }
        return rows;

        async Task<MeasuredSide<KeysRound>> MeasureAsync(int width, int keys, int rounds)
        {
            var run = new KeysRun(herald, traffic, Sink, events, keys, width, rig.Time);
            var side = new MeasuredSide<KeysRound>("herald", [herald.Cpu, traffic.Cpu], run.MeasureAsync, rig);
            for (var round = 1; round <= rounds; round++)
            {
                rig.Progress.Show($"{Title(width, keys)}: round {round} of {rounds}");
                await run.PrepareAsync(cancel);
                await side.RunAsync(counts: true, cancel);
                await run.CleanUpAsync(rig, cancel);
            }
            return side;
        }
    }

    private static string Title(int width, int keys) => string.Create(CultureInfo.InvariantCulture, $"{width} / {keys:N0} keys");
}
